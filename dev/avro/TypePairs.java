package oracle;

import static oracle.Build.array;
import static oracle.Build.decimal;
import static oracle.Build.enumeration;
import static oracle.Build.field;
import static oracle.Build.fixed;
import static oracle.Build.holder;
import static oracle.Build.logical;
import static oracle.Build.map;
import static oracle.Build.record;
import static oracle.Build.union;
import static oracle.Build.with;
import static oracle.Pair.both;
import static oracle.Pair.each;

import java.util.List;
import java.util.stream.Stream;
import oracle.Pair.Named;

/** Pairs about types without a name, and about logical types. */
final class TypePairs {
    private TypePairs() {}

    static Stream<Pair> all() {
        return Stream.of(matrix(), collections(), logicalTypes(), unions(), unionsOfNamed()).flatMap(pairs -> pairs);
    }

    /** Promotions in all directions, and every kind of type against every other one. */
    private static Stream<Pair> matrix() {
        return each("types",
                Named.of("null", "null"), Named.of("boolean", "boolean"), Named.of("int", "int"),
                Named.of("long", "long"), Named.of("float", "float"), Named.of("double", "double"),
                Named.of("bytes", "bytes"), Named.of("string", "string"), Named.of("array", array("int")),
                Named.of("map", map("int")), Named.of("union", union("null", "int")), Named.of("fixed", fixed("N", 4)),
                Named.of("enum", enumeration("N", "A", "B")), Named.of("record", record("N", field("a", "int"))));
    }

    private static Stream<Pair> collections() {
        return Stream.of(
                both("array of promoted items", array("long"), array("int")),
                both("array of other items", array("string"), array("int")),
                both("map of promoted values", map("double"), map("float")),
                both("map of other values", map("boolean"), map("string")),
                both("array of arrays", array(array("long")), array(array("int"))),
                both("map of arrays of maps", map(array(map("string"))), map(array(map("bytes")))),
                both("map of arrays of other maps", map(array(map("string"))), map(array(map("int")))),
                both("array to union with null", array(union("null", "int")), array("int")),
                both("array or one", union("int", array("int")), array("int")),
                both("array of records with a new field", array(record("R", field("a", "int"), field("b", "int"))),
                        array(record("R", field("a", "int")))),
                both("array in a field, other items", holder(array("string")), holder(array("int"))),
                both("map in a field, other values", holder(map("string")), holder(map("int"))))
                .flatMap(pairs -> pairs);
    }

    /** None of these is looked at: only the type below counts. */
    private static Stream<Pair> logicalTypes() {
        return Stream.of(
                both("decimal of another scale", decimal(10, 2), decimal(10, 3)),
                both("decimal of another precision", decimal(10, 2), decimal(12, 2)),
                both("decimal or bytes", decimal(10, 2), "bytes"),
                both("decimal or string", decimal(10, 2), "string"),
                both("decimal over fixed of another scale",
                        with(fixed("D", 8), "logicalType", "decimal", "precision", 10, "scale", 2),
                        with(fixed("D", 8), "logicalType", "decimal", "precision", 10, "scale", 0)),
                both("decimal over fixed of another size",
                        with(fixed("D", 8), "logicalType", "decimal", "precision", 10, "scale", 2),
                        with(fixed("D", 9), "logicalType", "decimal", "precision", 10, "scale", 2)),
                both("decimal over fixed or bytes", decimal(10, 2),
                        with(fixed("D", 8), "logicalType", "decimal", "precision", 10, "scale", 2)),
                both("millis or micros", logical("long", "timestamp-millis"), logical("long", "timestamp-micros")),
                both("timestamp or local timestamp", logical("long", "timestamp-millis"),
                        logical("long", "local-timestamp-millis")),
                both("timestamp or long", logical("long", "timestamp-millis"), "long"),
                both("timestamp or int", logical("long", "timestamp-millis"), "int"),
                both("date or int", logical("int", "date"), "int"),
                both("date or timestamp", logical("long", "timestamp-millis"), logical("int", "date")),
                both("date or time", logical("int", "date"), logical("int", "time-millis")),
                both("time in millis or micros", logical("long", "time-micros"), logical("int", "time-millis")),
                both("uuid or string", logical("string", "uuid"), "string"),
                both("uuid over string or fixed", logical("string", "uuid"),
                        with(fixed("U", 16), "logicalType", "uuid")),
                both("duration or fixed", with(fixed("D", 12), "logicalType", "duration"), fixed("D", 12)),
                both("unknown logical type", logical("string", "colour"), "string"),
                both("unknown properties", with(logical("string", "x"), "avro.java.string", "String"), "string"),
                both("decimal in a union", union("null", decimal(10, 2)), union("null", decimal(10, 4))),
                both("decimal in a field", holder(decimal(10, 2)), holder(decimal(10, 4))))
                .flatMap(pairs -> pairs);
    }

    private static Stream<Pair> unions() {
        return Stream.of(
                both("one branch more", union("null", "int", "string"), union("null", "int")),
                both("branches in another order", union("int", "string", "null"), union("null", "int", "string")),
                both("union and its only branch", union("int"), "int"),
                both("nullable", union("null", "string"), "string"),
                both("nullable, null last", union("string", "null"), "string"),
                both("empty union and a branch", union(), union("int")),
                both("empty union and a type", union(), "int"),
                both("empty union and null", union(), "null"),
                both("promoted inside a union", union("null", "long"), union("null", "int")),
                both("promoted into a union", union("null", "double"), "long"),
                both("int into float of a union", union("float"), union("int")),
                both("long into float of a union", union("float"), union("long")),
                both("float and double read ints and longs", union("float", "double"), union("int", "long")),
                both("string and bytes in unions", union("string"), union("bytes")),
                both("reads every branch by promotion", "double", union("int", "long", "float", "double")),
                both("reads some branches by promotion", "long", union("int", "long", "float")),
                both("no branch in common", union("null", "boolean"), union("int", "string")),
                both("null alone", union("null"), "null"),
                both("arrays in unions", union("null", array("long")), union("null", array("int"))),
                both("other arrays in unions", union("null", array("string")), union("null", array("int"))),
                both("array into union of arrays", union("null", array("long")), array("int")),
                both("maps of unions", map(union("null", "int", "string")), map(union("null", "int"))),
                both("array of unions of arrays", array(union("null", array(union("null", "long")))),
                        array(union("null", array(union("null", "int"))))),
                both("array of unions of other arrays", array(union("null", array(union("null", "boolean")))),
                        array(union("null", array(union("null", "int"))))),
                both("union in a field lost a branch", holder(union("null", "int")),
                        holder(union("null", "int", "string"))),
                both("union in a field against a plain one", holder("int"), holder(union("null", "int"))))
                .flatMap(pairs -> pairs);
    }

    private static Stream<Pair> unionsOfNamed() {
        var a = record("A", field("a", "int"));
        var b = record("B", field("b", "string"));
        var aMore = record("A", field("a", "int"), field("c", "int"));
        var aDefault = record("A", field("a", "int"), field("c", "int", "default", 1));
        return Stream.of(
                both("records, one more", union(a, b), union(a)),
                both("record or union of records", union(a, b), a),
                both("record in a union lost its default", union("null", aMore), union("null", a)),
                both("record in a union with a default", union("null", aDefault), union("null", a)),
                both("two records, one broken", union(aMore, b), union(a, b)),
                both("two records, both broken", union(aMore, record("B", field("b", "int"))), union(a, b)),
                both("record of the same shape but another name", union("null", record("X", field("a", "int"))),
                        union("null", a)),
                both("the right shape under the wrong name", union(record("B", field("a", "int")), b.deepCopy()
                        .put("name", "C")), a),
                both("records of two namespaces",
                        union(record("x.A", field("a", "int")), record("y.A", field("b", "int",
                        "default", 1))), union(record("z.A", field("a", "int")))),
                both("record found by alias in a union", union("null", with(record("New", field("a", "int")), "aliases",
                        List.of("A"))), union("null", a)),
                both("enum in a union lost a symbol", union("null", enumeration("E", "A")),
                        union("null", enumeration("E", "A", "B"))),
                both("enum in a union with a default", union("null", with(enumeration("E", "A"), "default", "A")),
                        union("null", enumeration("E", "A", "B"))),
                both("fixed in a union of another size", union("null", fixed("F", 4)), union("null", fixed("F", 5))),
                both("fixed or bytes in a union", union("null", "bytes"), union("null", fixed("F", 4))),
                both("errors in a writer's union, reader without", holder(aMore), holder(union(a, b))),
                both("writer's union of records of one shape", a, union(a)),
                both("string into enum of a union", union("null", "string"), enumeration("E", "A")))
                .flatMap(pairs -> pairs);
    }
}
