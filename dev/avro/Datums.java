package oracle;

import static oracle.Build.array;
import static oracle.Build.decimal;
import static oracle.Build.enumeration;
import static oracle.Build.field;
import static oracle.Build.fixed;
import static oracle.Build.logical;
import static oracle.Build.optional;
import static oracle.Build.record;
import static oracle.Build.union;
import static oracle.Build.with;
import static oracle.Codec.datum;
import static oracle.Codec.map;
import static oracle.Values.unscaled;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import oracle.Values.Branch;

/** Values with their bytes and their JSON. */
final class Datums {
    private static final long SEED = 150;
    private static final int RANDOM = 90;

    private Datums() {}

    static Stream<JsonNode> all(Events events) {
        return Stream.of(numbers(), texts(), decimals(), fixedAndEnums(), collections(), unions(), records(),
                recursion(),
                events.datums(), random()).flatMap(lines -> lines);
    }

    private static Stream<JsonNode> each(Object type, Object... values) {
        return Stream.of(values).map(value -> datum(Build.line(Build.json(type)) + " " + value, type, value));
    }

    private static Stream<JsonNode> numbers() {
        return Stream.of(
                Stream.of(datum("null", "null", null)), each("boolean", true, false),
                each("int", 0, -1, 1, 63, 64, -64, -65, 8191, 8192, Integer.MAX_VALUE, Integer.MIN_VALUE),
                each("long", 0L, -1L, 1L << 31, -1L - (1L << 31), 1L << 53, (1L << 53) + 1, -(1L << 53) - 1,
                        Long.MAX_VALUE,
                        Long.MIN_VALUE),
                each("float", 0f, -0f, 1.5f, 0.1f, 16777216f, Float.MAX_VALUE, Float.MIN_VALUE, Float.MIN_NORMAL,
                        Float.NaN,
                        Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY),
                each("double", 0d, -0d, 0.1, 1 / 3d, 100d, 1e21, 1e-7, 123456789012345680d, 2.0e-3, Double.MAX_VALUE,
                        Double.MIN_VALUE, Double.MIN_NORMAL, 2.2250738585072011e-308, Double.NaN,
                        Double.POSITIVE_INFINITY,
                        Double.NEGATIVE_INFINITY),
                each(logical("int", "date"), 0, -719162, 20_414), each(logical("int", "time-millis"), 0, 86_399_999),
                each(logical("long", "time-micros"), 86_399_999_999L),
                each(logical("long", "timestamp-millis"), 0L, -1L, 1_763_820_000_123L, 253_402_300_800_000L,
                        Long.MIN_VALUE),
                each(logical("long", "timestamp-micros"), -1L, 1_763_820_000_123_456L),
                each(logical("long", "timestamp-nanos"), 1_763_820_000_123_456_789L),
                each(logical("long", "local-timestamp-millis"), 1_763_820_000_123L)).flatMap(lines -> lines);
    }

    private static Stream<JsonNode> texts() {
        byte[] every = new byte[256];
        IntStream.range(0, 256).forEach(value -> every[value] = (byte) value);
        return Stream.of(
                datum("empty string", "string", ""), datum("plain string", "string", "hello"),
                datum("scripts", "string", "\u00e4\u00f6\u00fc \u540d\u524d \u0418\u043c\u044f \u0627"),
                datum("beyond 16 bits", "string", "\ud83d\ude00\ud834\udd1e"),
                datum("what JSON escapes", "string", "\u0000\u0001\b\t\n\f\r\u001f\"\\/\u007f\u2028\u2029\ufeff"),
                datum("what terminals obey", "string", "\u001b[2J\u009b1m\u202eabc"),
                datum("characters above one another", "string", "e\u0301\u0302"),
                datum("3000 letters", "string", "0123456789".repeat(300)),
                datum("a uuid", logical("string", "uuid"), "a2b9c1de-0000-4000-8000-00000000000f"),
                datum("no bytes", "bytes", new byte[0]), datum("all bytes", "bytes", every),
                datum("bytes that are UTF-8", "bytes", "\u00e4\u20ac".getBytes(StandardCharsets.UTF_8)));
    }

    private static Stream<JsonNode> decimals() {
        Stream<JsonNode> overBytes = Stream.of("0", "1", "-1", "127", "128", "-128", "-129", "12345", "-12345",
                "99999999999999999999").map(digits -> datum("decimal " + digits + " over bytes", decimal(20, 2),
                        unscaled(digits)));
        Stream<JsonNode> overFixed = Stream.of("0", "-1", "12345", "-12345", "999999999999999999")
                .map(digits -> datum("decimal " + digits + " over fixed",
                        with(fixed("Money", 8), "logicalType", "decimal", "precision", 18, "scale", 4),
                        unscaled(digits, 8)));
        return Stream.of(overBytes, overFixed, Stream.of(
                datum("decimal of no bytes", decimal(4, 1), new byte[0]),
                datum("decimal longer than it need be", decimal(4, 1), unscaled("5", 6)),
                datum("decimal beyond its precision", decimal(2, 1), unscaled("123456")),
                datum("decimal with no scale given", logical("bytes", "decimal", "precision", 5), unscaled("777")),
                datum("nullable decimal", union("null", decimal(9, 3)), unscaled("-1000")))).flatMap(lines -> lines);
    }

    private static Stream<JsonNode> fixedAndEnums() {
        return Stream.of(
                datum("fixed of size 0", fixed("F", 0), new byte[0]),
                datum("fixed of size 3", fixed("x.F", 3), new byte[] {0, -1, 65}),
                datum("fixed uuid", with(fixed("U", 16), "logicalType", "uuid"),
                        "0123456789abcdef".getBytes(StandardCharsets.UTF_8)),
                datum("duration", with(fixed("D", 12), "logicalType", "duration"),
                        new byte[] {1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0}),
                datum("first symbol", enumeration("E", "A", "B", "C"), "A"),
                datum("last symbol", enumeration("x.E", "A", "B", "C"), "C"),
                datum("symbol 64", enumeration("E",
                        IntStream.range(0, 70).mapToObj(index -> "S" + index).toArray(String[]::new)), "S64"));
    }

    private static Stream<JsonNode> collections() {
        List<Integer> many = IntStream.range(0, 300).boxed().toList();
        return Stream.of(
                datum("no items", array("int"), List.of()), datum("one item", array("int"), List.of(7)),
                datum("300 items", array("int"), many),
                datum("items without bytes", array("null"), Collections.nCopies(5, null)),
                datum("empty records", array(record("R")), Collections.nCopies(3, Map.of())),
                datum("items longer than a block", array("string"), List.of("x".repeat(100), "y", "", "z".repeat(70))),
                datum("arrays in an array", array(array("int")), List.of(List.of(), List.of(1), List.of(2, 3))),
                datum("long arrays in an array", array(array("long")),
                        List.of(Collections.nCopies(40, 1L << 40), List.of(), Collections.nCopies(9, -1L))),
                datum("no entries", Build.map("string"), map()),
                datum("entries", Build.map("string"), map("b", "1", "a", "2", "", "empty key", "\u540d", "\u00e9")),
                datum("long entries", Build.map("bytes"), map("k".repeat(80), new byte[100], "l", new byte[0])),
                datum("maps in a map", Build.map(Build.map("boolean")), map("x", map(), "y", map("z", true))),
                datum("arrays of maps of arrays", array(Build.map(array("int"))),
                        List.of(map("a", List.of(1, 2), "b", List.of()), map())),
                datum("nullable items", array(union("null", "long")), Arrays.asList(1L, null, -3L)));
    }

    private static Stream<JsonNode> unions() {
        var every = union("null", "boolean", "int", "long", "float", "double", "string", "bytes", array("int"),
                Build.map("int"),
                fixed("x.F", 2), enumeration("x.E", "A", "B"), record("x.R", field("a", "int")));
        var records = union(record("x.R", field("a", "int")), record("y.R", field("a", "int")),
                record("R", field("b", "string")));
        Stream<Branch> branches = Stream.of(new Branch("null", null), new Branch("boolean", true), new Branch("int", 1),
                new Branch("long", 1L), new Branch("float", Float.NaN), new Branch("double", Double.NEGATIVE_INFINITY),
                new Branch("string", "1"), new Branch("bytes", new byte[] {1}), new Branch("array", List.of(1)),
                new Branch("map", map("k", 1)), new Branch("x.F", new byte[2]), new Branch("x.E", "B"),
                new Branch("x.R", map("a", 1)));
        return Stream.concat(branches.map(branch -> datum("union, " + branch.name(), every, branch)), Stream.of(
                datum("union of records, x.R", records, new Branch("x.R", map("a", 1))),
                datum("union of records, y.R", records, new Branch("y.R", map("a", 1))),
                datum("union of records, R", records, new Branch("R", map("b", "1"))),
                datum("union with one branch", union("int"), 3), datum("union of null alone", union("null"), null),
                datum("union with null last", union("string", "null"), null),
                datum("array of unions of records", array(records), List.of(new Branch("R", map("b", "")),
                        new Branch("y.R", map("a", 2)), new Branch("x.R", map("a", 3)))),
                datum("enum or string, string", union(enumeration("E", "A"), "string"), new Branch("string", "A")),
                datum("two fixed of one size", union(fixed("F", 1), fixed("G", 1)), new Branch("G", new byte[] {9})),
                datum("timestamp or null", union("null", logical("long", "timestamp-millis")), 1_763_820_000_123L)));
    }

    private static Stream<JsonNode> records() {
        var deep = record("x.A", field("b",
                record("B", field("c", record("y.C", field("d", union("null", array("string"))))))),
                field("e", Build.map("x.B")));
        Map<String, Object> c = map("c", map("d", List.of("p", "")));
        return Stream.of(
                datum("record without fields", record("R"), map()),
                datum("three deep", deep, map("b", c, "e", map("k", map("c", map("d", null)), "l", c))),
                datum("all defaults", record("R", field("i", "int", "default", 5),
                        field("s", "string", "default", "\u00e9"),
                        field("b", "bytes", "default", "\u00ff\u0000"), field("d", "double", "default", 1),
                        optional("o", "int"),
                        field("a", array("int"), "default", List.of(1, 2)),
                        field("m", Build.map("long"), "default", Build.object("k", 9)),
                        field("e", enumeration("E", "A", "B"), "default", "B"),
                        field("u", union("string", "null"), "default", "x"),
                        field("r", record("S", field("x", "int", "default", 3), field("y", "int")), "default",
                                Build.object("y", 4))),
                        map()),
                datum("field names that JSON escapes not",
                        record("R", field("_", "int"), field("type", "string"), field("null", "null")),
                        map("_", 1, "type", "t", "null", null)));
    }

    private static Stream<JsonNode> recursion() {
        var list = record("List", field("value", "int"), optional("next", "List"));
        var tree = record("x.Tree", field("name", "string"), field("children", array("Tree")));
        var ping = record("Ping", optional("pong", record("Pong", field("n", "long"), optional("ping", "Ping"))));
        Map<String, Object> leaf = map("name", "leaf", "children", List.of());
        return Stream.concat(Stream.of(1, 2, 5, 60).map(length -> datum("list of " + length, list, listOf(length))),
                Stream.of(
                datum("tree", tree, map("name", "root", "children", List.of(leaf, map("name", "twig", "children",
                        List.of(leaf, leaf)), leaf))),
                datum("ping and pong", ping, map("pong",
                        map("n", 1L, "ping", map("pong", map("n", 2L, "ping", null))))),
                datum("map of itself", record("M", field("m", Build.map("M"))), map("m", map("a", map("m", map()), "b",
                        map("m", map("c", map("m", map()))))))));
    }

    private static Map<String, Object> listOf(int length) {
        return length == 0 ? null : map("value", length, "next", listOf(length - 1));
    }

    private static Stream<JsonNode> random() {
        Generator generator = new Generator(SEED);
        Random random = new Random(SEED);
        return Stream.generate(generator::schema).filter(schema -> Values.exist(Build.parse(schema))).limit(RANDOM)
                .map(schema -> datum("random", schema, Values.random(Build.parse(schema), random)));
    }
}
