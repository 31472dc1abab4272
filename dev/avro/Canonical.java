package oracle;

import static oracle.Build.array;
import static oracle.Build.decimal;
import static oracle.Build.enumeration;
import static oracle.Build.field;
import static oracle.Build.fixed;
import static oracle.Build.holder;
import static oracle.Build.json;
import static oracle.Build.logical;
import static oracle.Build.map;
import static oracle.Build.object;
import static oracle.Build.optional;
import static oracle.Build.record;
import static oracle.Build.union;
import static oracle.Build.with;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;

/** The parsing canonical form of every schema, and its three fingerprints. */
final class Canonical {
    private static final long SEED = 64;
    private static final int RANDOM = 60;
    private static final List<String> PRIMITIVES =
            List.of("null", "boolean", "int", "long", "float", "double", "bytes", "string");

    private Canonical() {}

    static Stream<JsonNode> all(Events events) {
        Generator generator = new Generator(SEED);
        Stream<JsonNode> random = Stream.generate(generator::schema).map(schema -> (JsonNode) schema).limit(RANDOM);
        return Stream.of(primitives(), namespaces(), contents(), names(), events.schemas(), random)
                .flatMap(schemas -> schemas).map(Canonical::line);
    }

    private static JsonNode line(JsonNode source) {
        Schema schema = Build.parse(source);
        byte[] canonical = SchemaNormalization.toParsingForm(schema).getBytes(StandardCharsets.UTF_8);
        return object("schema", source, "canonical", new String(canonical, StandardCharsets.UTF_8),
                "crc64_avro_little_endian", fingerprint("CRC-64-AVRO", canonical),
                "crc64_avro_signed", SchemaNormalization.fingerprint64(canonical),
                "md5", fingerprint("MD5", canonical), "sha256", fingerprint("SHA-256", canonical));
    }

    private static String fingerprint(String algorithm, byte[] canonical) {
        try {
            return HexFormat.of().formatHex(SchemaNormalization.fingerprint(algorithm, canonical));
        } catch (NoSuchAlgorithmException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static Stream<JsonNode> primitives() {
        return PRIMITIVES.stream().flatMap(type -> Stream.of(json(type), object("type", type),
                with(object("type", type), "doc", "a doc", "owner", "me")));
    }

    /** A namespace in every place where one may stand, and where none stands. */
    private static Stream<JsonNode> namespaces() {
        JsonNode inner = record("Inner", field("a", "int"));
        return Stream.of(
                record("R"), record("x.R"), record("x.y.z.R"), with(record("R"), "namespace", "x"),
                with(record("R"), "namespace", ""), with(record("x.R"), "namespace", "ignored"),
                with(record(".R"), "namespace", "x"),
                with(holder(inner), "namespace", "x"),
                with(holder(with(record("Inner"), "namespace", "y")), "namespace", "x"),
                with(holder(with(record("Inner"), "namespace", "")), "namespace", "x"), holder(record("y.Inner")),
                with(holder(record("y.Inner", field("deep", enumeration("E", "A")))), "namespace", "x"),
                with(record("R", field("first", inner), field("second", "Inner"), field("third", "x.Inner")),
                        "namespace", "x"),
                with(record("R", field("first", with(record("Inner"), "namespace", "")), field("second", "Inner")),
                        "namespace", "x"),
                with(record("R", field("e", fixed("F", 1)), field("f", array("F")), field("g", map("x.F"))),
                        "namespace", "x"),
                array(record("x.Inner")), union("null", record("x.A"), record("y.A")), map(enumeration("x.E", "A")),
                with(fixed("F", 3), "namespace", "a.b"), with(enumeration("E", "B", "A"), "namespace", "a.b"))
                .map(Build::json);
    }

    private static Stream<JsonNode> contents() {
        ObjectNode list = record("List", field("value", "int"), optional("next", "List"));
        return Stream.of(
                logical("long", "timestamp-millis"), logical("long", "timestamp-micros"), logical("int", "date"),
                logical("string", "uuid"), decimal(9, 2), logical("bytes", "decimal"),
                logical("string", "timestamp-millis"),
                logical("long", "local-timestamp-nanos"), logical("bytes", "big-decimal"),
                with(fixed("D", 12), "logicalType", "duration"),
                with(fixed("D", 8), "logicalType", "decimal", "precision", 18, "scale", 4),
                with(fixed("F", 16), "aliases", List.of("Old"), "doc", "x"),
                with(enumeration("E", "A", "B"), "default", "B", "doc", "x", "aliases", List.of("y.Old")),
                enumeration("E"), fixed("F", 0), record("R"), union(), union("null"), union("null", "int", "string"),
                array("int"), map("long"), array(array(map("string"))), array(union("null", "int")),
                with(array("int"), "doc", "x", "default", List.of()), with(map("int"), "java-class", "TreeMap"),
                record("R", field("a", "int", "default", 5, "doc", "a", "order", "descending", "aliases",
                        List.of("b"))),
                record("R", field("a", object("type", "int", "doc", "inside"))),
                record("R", field("a", logical("int", "date"), "logicalType", "outside")),
                record("R", field("b", "int"), field("a", "int")),
                with(record("R", field("a", "int")), "doc",
                        "Zeichen: \u00e4\u20ac\ud83d\ude00 \"quoted\" \\ / \n\t\u0000\u2028"),
                record("R", field("a", "string", "default", "\u00e4\u20ac\ud83d\ude00 \"q\" \\")),
                with(record("R", field("a", "int")), "type", "error"), list, with(list, "namespace", "x.y"),
                record("Ping", field("pong", union("null", record("Pong", optional("ping", "Ping"))))),
                record("Tree", field("children", array("Tree")), field("index", map("Tree"))),
                union(list, record("Other", field("list", "List"))))
                .map(Build::json);
    }

    /** Names that the default validation of 1.12 lets through: letters and digits of all scripts. */
    private static Stream<JsonNode> names() {
        Stream<JsonNode> records = Stream.of("_", "_1", "a1", "Gr\u00f6\u00dfe", "\u540d\u524d", "\u0418\u043c\u044f",
                "int_", "Record", "recordx")
                .map(name -> record(name, field(name, "int")));
        return Stream.concat(records, Stream.of(
                enumeration("E", "\u00c4", "_", "null", "int"),
                record("x.\u00e4.R", field("type", "int"), field("name", "string")),
                record("x.int", field("a", "int")), record("R", field("null", "null"), field("record", "int"))));
    }
}
