package oracle;

import static oracle.Build.array;
import static oracle.Build.enumeration;
import static oracle.Build.field;
import static oracle.Build.fixed;
import static oracle.Build.json;
import static oracle.Build.record;
import static oracle.Build.union;
import static oracle.Build.with;
import static oracle.Pair.both;
import static oracle.Pair.each;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Stream;
import oracle.Pair.Named;

/** What the test suites of Avro (TestSchemaCompatibility and its siblings) and of Confluent's registry look at. */
final class KnownPairs {
    private static final ObjectNode A = field("a", "int");
    private static final ObjectNode A_DEFAULT = field("a", "int", "default", 0);

    private KnownPairs() {}

    static Stream<Pair> all() {
        return Stream.of(enums(), enumFields(), unions(), records(), others(), multiple(),
                each("registry", REGISTRY.toArray(Named[]::new))).flatMap(pairs -> pairs);
    }

    /** The versions that Confluent's test of the seven levels is made of; Levels goes through them too. */
    static final List<Named> REGISTRY = List.of(
            Named.of("one field", registered(field("f1", "string"))),
            Named.of("second with default", registered(field("f1", "string"), field("f2", "string", "default", "foo"))),
            Named.of("second without default", registered(field("f1", "string"), field("f2", "string"))),
            Named.of("renamed with alias", registered(field("f1_new", "string", "aliases", List.of("f1")))),
            Named.of("nullable", registered(field("f1", union("null", "string"), "doc", "doc of f1"))),
            Named.of("nullable or int", registered(field("f1", union("null", "string", "int"), "doc", "doc of f1"))),
            Named.of("third with default", registered(field("f1", "string"), field("f2", "string", "default", "foo"),
                    field("f3", "string", "default", "bar"))),
            Named.of("default of the later branch", registered(field("f1", union("null", "string"), "default", "null"),
                    field("f2", "string", "default", "foo"), field("f3", "string", "default", "bar"))));

    private static ObjectNode registered(JsonNode... fields) {
        return record("myrecord", fields);
    }

    private static Stream<Pair> enums() {
        return each("avro enums", Named.of("AB", enumeration("Enum1", "A", "B")),
                Named.of("AB or A", with(enumeration("Enum1", "A", "B"), "default", "A")),
                Named.of("AB in namespace1", with(enumeration("Enum1", "A", "B"), "namespace", "namespace1")),
                Named.of("AB in namespace2", with(enumeration("Enum1", "A", "B"), "namespace", "namespace2")),
                Named.of("ABC", enumeration("Enum1", "A", "B", "C")), Named.of("BC", enumeration("Enum1", "B", "C")),
                Named.of("AB of another name", enumeration("Enum2", "A", "B")));
    }

    private static Stream<Pair> enumFields() {
        ObjectNode ab = enumeration("Schema", "A", "B");
        ObjectNode abc = enumeration("Schema", "A", "B", "C");
        return each("avro enum fields",
                Named.of("ABC or A", record("Record", field("Field", with(abc, "default", "A")))),
                Named.of("AB or A", record("Record", field("Field", with(ab, "default", "A")))),
                Named.of("ABC or A, field B", record("Record",
                        field("Field", with(abc, "default", "A"), "default", "B"))),
                Named.of("AB or B, field A", record("Record",
                        field("Field", with(ab, "default", "B"), "default", "A"))));
    }

    private static Stream<Pair> unions() {
        return each("avro unions", Named.of("[]", union()), Named.of("[null]", union("null")),
                Named.of("[int]", union("int")), Named.of("[long]", union("long")), Named.of("[float]", union("float")),
                Named.of("[double]", union("double")), Named.of("[string]", union("string")),
                Named.of("[bytes]", union("bytes")), Named.of("[int, string]", union("int", "string")),
                Named.of("[int, float]", union("int", "float")),
                Named.of("[int, long, float, double]", union("int", "long", "float", "double")));
    }

    private static Stream<Pair> records() {
        ObjectNode ints = fixed("Fixed", 4);
        return each("avro records", Named.of("empty", record("Record1")),
                Named.of("empty of another name", record("Record2")),
                Named.of("a", record("Record1", A)), Named.of("long a", record("Record1", field("a", "long"))),
                Named.of("a and b", record("Record1", A, field("b", "int"))),
                Named.of("default a", record("Record1", A_DEFAULT)),
                Named.of("a and default b", record("Record1", A, field("b", "int", "default", 0))),
                Named.of("default a and b", record("Record1", A_DEFAULT, field("b", "int", "default", 0))),
                Named.of("fixed 4", record("Record1", A_DEFAULT, field("b", ints))),
                Named.of("fixed 8", record("Record1", A_DEFAULT, field("b", fixed("Fixed", 8)))),
                Named.of("b int or string", record("Record1", A_DEFAULT,
                        field("b", union("int", "string"), "default", 0))),
                Named.of("b [int]", record("Record1", A_DEFAULT, field("b", union("int"), "default", 0))),
                Named.of("b enum", record("Record1", A_DEFAULT, field("b", enumeration("Enum1", "A", "B")))),
                Named.of("b another enum", record("Record1", A_DEFAULT, field("b", enumeration("Enum2", "A", "B")))));
    }

    private static Stream<Pair> others() {
        return Stream.of(
                both("avro endless list of longs and ints",
                        record("List", field("head", "long"), field("tail", "List")),
                        record("List", field("head", "int"), field("tail", "List"))),
                both("avro inner record of another namespace", inner("ns1"), inner("ns2")),
                both("avro record with and without namespace", record("ns.Record", field("f1", "int")),
                        record("Record", field("f1", "int"))),
                both("avro null or array, and array", union("null", array("int")), array("int")),
                both("avro null or map, and map", union("null", Build.map("int")), Build.map("int")),
                both("avro subset of a union", union("int", "string"), union("int", "string", "long")),
                both("avro two old fields and one",
                        record("Old", field("oldfield1", "int"), field("oldfield2", "string")),
                        record("Old", field("oldfield2", "string"))))
                .flatMap(pairs -> pairs);
    }

    private static ObjectNode inner(String namespace) {
        return record("Record1", field("f1", union("null",
                array(with(record("InnerRecord1", A), "namespace", namespace)))));
    }

    /** Ten faults in one pair, as TestSchemaCompatibilityMultiple has them. */
    private static Stream<Pair> multiple() {
        JsonNode reader = record("base", field("symbols", enumeration("Symbols", "A", "C")),
                field("name", enumeration("Name", "A", "B")), field("type", "string"),
                field("sub", record("Sub", field("same", "long", "default", 42), field("extra", "long"),
                        field("size", fixed("Size", 4)), field("branches", union("boolean")),
                        field("branch", union("boolean")), field("qualified", with(record("Qualified",
                                field("kept", "boolean", "default", true), field("items", array("string"))),
                                "namespace", "not_nsA")))));
        JsonNode writer = record("base", field("symbols", enumeration("Symbols", "A", "B", "C", "D")),
                field("name", enumeration("OtherName", "A", "B")), field("type", "long"),
                field("sub", record("Sub", field("same", "long", "default", 42), field("size", fixed("Size", 8)),
                        field("branches", union("boolean", "double", "string")), field("branch", "long"),
                        field("qualified", with(record("OtherQualified", field("kept", "boolean", "default", true),
                                field("items", array("boolean"))), "namespace", "nsA")))));
        return both("avro ten faults", reader, json(writer));
    }
}
