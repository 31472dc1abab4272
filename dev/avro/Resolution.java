package oracle;

import static oracle.Build.array;
import static oracle.Build.enumeration;
import static oracle.Build.field;
import static oracle.Build.fixed;
import static oracle.Build.object;
import static oracle.Build.record;
import static oracle.Build.union;
import static oracle.Build.with;
import static oracle.Codec.map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import oracle.Values.Branch;
import org.apache.avro.Schema;

/** What a reader of another schema makes of written bytes. */
final class Resolution {
    private static final long SEED = 100;
    /** Of the pairs that are not compatible and do not read, one in so many: one error is like the other. */
    private static final int FAILURES_KEPT = 8;

    private Resolution() {}

    static Stream<JsonNode> all() {
        return Stream.concat(chosen(), ofVerdicts());
    }

    private static JsonNode line(String name, Object writerSource, Object readerSource, Object plainValue) {
        Schema writer = Build.parse(Build.json(writerSource));
        return line(name, Build.json(readerSource), Build.json(writerSource), writer, Values.of(writer, plainValue));
    }

    private static ObjectNode line(String name, JsonNode readerSource, JsonNode writerSource, Schema writer,
            Object value) {
        Schema reader = Build.parse(readerSource);
        byte[] bytes = Codec.plain(writer, value);
        ObjectNode line = object("name", name, "writer", writerSource, "reader", readerSource,
                "compatible", Verdicts.verdict(reader, writer).get("compatible"), "bytes", Codec.hex(bytes));
        return Codec.read(line, writer, reader, bytes);
    }

    /** The pairs of the verdicts, each with a random value. */
    private static Stream<JsonNode> ofVerdicts() {
        Random random = new Random(SEED);
        AtomicInteger failures = new AtomicInteger();
        return Verdicts.pairs().filter(pair -> Values.exist(Build.parse(pair.writer()))).map(pair -> {
            Schema writer = Build.parse(pair.writer());
            return line(pair.name(), pair.reader(), pair.writer(), writer, Values.random(writer, random));
        }).filter(line -> line.get("compatible").booleanValue() || line.has("json")
                || failures.getAndIncrement() % FAILURES_KEPT == 0).map(line -> line);
    }

    /** Values at which something happens. */
    private static Stream<JsonNode> chosen() {
        var ab = enumeration("E", "A", "B");
        var abc = enumeration("E", "C", "B", "A");
        var records = union(record("A", field("x", "int")), record("B", field("y", "string")));
        Stream<JsonNode> promotions = Stream.of(
                line("2^24 + 1 as float", "int", "float", 16_777_217),
                line("largest int as float", "int", "float", Integer.MAX_VALUE),
                line("smallest int as long", "int", "long", Integer.MIN_VALUE),
                line("int as double", "int", "double", -7),
                line("largest long as float", "long", "float", Long.MAX_VALUE),
                line("2^53 + 1 as double", "long", "double", (1L << 53) + 1),
                line("halfway between two floats", "long", "float", (1L << 24) + 1),
                line("rounded once, not twice", "long", "float", (1L << 60) + (1L << 36) + 1),
                line("largest long as double", "long", "double", Long.MAX_VALUE),
                line("0.1 as double", "float", "double", 0.1f),
                line("-0.0 as double", "float", "double", -0f), line("NaN as double", "float", "double", Float.NaN),
                line("infinity as double", "float", "double", Float.NEGATIVE_INFINITY),
                line("text as bytes", "string", "bytes", "\u00e4\u20ac\ud83d\ude00"),
                line("bytes as text", "bytes", "string", new byte[] {104, 105}),
                line("bytes that are no text", "bytes", "string", new byte[] {104, -1, -64, 105}),
                line("in an array", array("int"), array("double"), List.of(1, 2, 3)),
                line("in a map", Build.map("string"), Build.map("bytes"), map("k", "\u00e9", "l", "")));
        Stream<JsonNode> enums = Stream.of(
                line("symbol found by its name", ab, abc, "A"),
                line("unknown symbol, default", abc, with(ab, "default", "B"), "C"),
                line("known symbol, default unused", abc, with(ab, "default", "B"), "A"),
                line("unknown symbol", abc, ab, "C"),
                line("incompatible, but the symbol is known", abc, ab, "B"));
        Stream<JsonNode> unions = Stream.of(
                line("null of a nullable", union("null", "int"), union("null", "long", "string"), null),
                line("branch found by its type", union("null", "string", "int"), union("int", "null", "string"), "x"),
                line("a type into a union", "int", union("null", "int"), 5),
                line("int into the first branch that takes it", "int", union("null", "double", "long"), 5),
                line("int into its own branch, though later", "int", union("double", "long", "int"), 5),
                line("int of a union into other branches", union("null", "int"),
                        union("null", "string", "float", "long"), 5),
                line("string into bytes", "string", union("null", "bytes"), "x"),
                line("union to a type", union("null", "int"), "long", 5),
                line("null to a type", union("null", "int"), "long", null),
                line("every branch promoted", union("int", "long", "float"), "double", new Branch("float", 1.5f)),
                line("record by name", records, union(record("B", field("y", "string")),
                        record("A", field("x", "long"))),
                        new Branch("A", map("x", 3))),
                line("record by name without namespace", record("w.A", field("x", "int")),
                        union("null", record("r.A", field("x", "int"))), map("x", 3)),
                line("two records of one name, full name first", record("x.A", field("x", "int")),
                        union(record("y.A", field("x", "int")), record("x.A", field("x", "int"))), map("x", 3)),
                line("record by shape", record("A", field("x", "int")), union("null", record("B", field("x", "int"))),
                        map("x", 3)),
                line("array into a union", array("int"), union("null", array("long")), List.of(1, 2)),
                line("fixed by name", fixed("x.F", 2), union("null", fixed("F", 2)), new byte[2]));
        return Stream.of(promotions, enums, unions, fields()).flatMap(lines -> lines);
    }

    private static Stream<JsonNode> fields() {
        var abc = record("R", field("a", "int"), field("b", "string"), field("c", array(Build.map("bytes"))));
        Map<String, Object> value = map("a", 1, "b", "two", "c", List.of(map("k", new byte[] {1}), map()));
        var list = record("List", field("value", "int"), Build.optional("next", "List"), field("note", "string"));
        return Stream.of(
                line("in another order", abc, record("R", field("c", array(Build.map("bytes"))), field("a", "long"),
                        field("b", "bytes")), value),
                line("first dropped", abc, record("R", field("b", "string"), field("c", array(Build.map("bytes")))),
                        value),
                line("last dropped", abc, record("R", field("a", "int")), value),
                line("all dropped", abc, record("R"), value),
                line("renamed", abc, record("R", field("x", "string", "aliases", List.of("b"))), value),
                line("renamed twice", abc, record("R", field("x", "string", "aliases", List.of("older", "b"))), value),
                line("swapped by aliases", record("R", field("a", "int"), field("b", "int")),
                        record("R", field("b", "int", "aliases", List.of("a")),
                                field("a", "int", "aliases", List.of("b"))),
                        map("a", 1, "b", 2)),
                line("record renamed", abc, with(record("x.S", field("a", "int")), "aliases", List.of("R")), value),
                line("record of another name without alias", abc, record("S", field("a", "int")), value),
                line("default before and after", abc, record("R", field("n", "int", "default", 1), field("b", "string"),
                        field("o", union("null", "int"), "default", null)), value),
                line("no default", abc, record("R", field("n", "int")), value),
                line("only the enum's default", abc,
                        record("R", field("n", with(enumeration("E", "A"), "default", "A"))), value),
                line("default of the wrong size", abc, record("R", field("n", fixed("F", 2), "default", "abc")), value),
                line("default of no symbol", abc, record("R", field("n", enumeration("E", "A"), "default", "B")),
                        value),
                line("default of a later branch", abc, record("R", field("n", union("null", "string"), "default", "x")),
                        value),
                line("default beyond bytes", abc, record("R", field("n", "bytes", "default", "\u0100a")), value),
                line("default beyond float", abc, record("R", field("n", "float", "default", 1e300)), value),
                line("compatible by an assumption that was disproved", RecordPairs.disproved(false),
                        RecordPairs.disproved(true),
                        map("first", map("b", map("a", null), "x", "s"), "second",
                                map("a", map("b", map("a", null), "x", "t")))),
                line("default in a list's every element", list,
                        record("List", field("value", "long"), Build.optional("next", "List"),
                        field("added", "string", "default", "new")), map("value", 1, "note", "n", "next",
                        map("value", 2, "note", "m", "next", null))));
    }
}
