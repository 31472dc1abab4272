package oracle;

import static oracle.Build.array;
import static oracle.Build.enumeration;
import static oracle.Build.field;
import static oracle.Build.fixed;
import static oracle.Build.holder;
import static oracle.Build.json;
import static oracle.Build.map;
import static oracle.Build.object;
import static oracle.Build.optional;
import static oracle.Build.record;
import static oracle.Build.union;
import static oracle.Build.with;
import static oracle.Pair.both;
import static oracle.Pair.steps;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Stream;

/** Pairs about what records hold: fields, defaults, recursion, types used twice, several faults at once. */
final class RecordPairs {
    private RecordPairs() {}

    static Stream<Pair> all() {
        return Stream.of(fields(), defaults(), recursion(), references(), many()).flatMap(pairs -> pairs);
    }

    private static Stream<Pair> fields() {
        ObjectNode a = field("a", "int");
        return Stream.of(
                both("field added without default", record("R", a, field("b", "int")), record("R", a)),
                both("field added with default", record("R", a, field("b", "int", "default", 7)), record("R", a)),
                both("nullable field added with null", record("R", a, optional("b", "int")), record("R", a)),
                both("nullable field added without default", record("R", a, field("b", union("null", "int"))),
                        record("R", a)),
                both("null field added without default", record("R", a, field("b", "null")), record("R", a)),
                both("null field added with default", record("R", a, field("b", "null", "default", json(null))),
                        record("R", a)),
                both("no fields", record("R"), record("R", a)),
                both("fields in another order", record("R", field("b", "string"), a),
                        record("R", a, field("b", "string"))),
                both("field promoted", record("R", field("a", "long")), record("R", a)),
                both("field of another type", record("R", field("a", "string")), record("R", a)),
                both("field of another type with default", record("R", field("a", "string", "default", "x")),
                        record("R", a)),
                both("field made nullable", record("R", field("a", union("null", "int"))), record("R", a)),
                both("nested record got a field", holder(record("R", a, field("b", "int"))), holder(record("R", a))),
                both("nested record got a field with default", holder(record("R", a, field("b", "int", "default", 1))),
                        holder(record("R", a))),
                both("record three deep got a field",
                        holder(map(array(record("R", a, field("b", "int"))))), holder(map(array(record("R", a))))),
                both("new field of record type with default",
                        record("R", a, field("r", record("S", field("s", "int")), "default", object("s", 1))),
                        record("R", a)),
                both("only doc, order and properties",
                        with(record("R", field("a", "int", "doc", "x", "order", "descending",
                        "owner", "me")), "doc", "other"), record("R", a)))
                .flatMap(pairs -> pairs);
    }

    /** A default of every type for a field that the writer does not have. */
    private static Stream<Pair> defaults() {
        return Stream.of(
                field("d", "null", "default", json(null)), field("d", "boolean", "default", true),
                field("d", "int", "default", -5), field("d", "long", "default", 9007199254740993L),
                field("d", "float", "default", 0.5), field("d", "float", "default", 3),
                field("d", "double", "default", 1e300),
                field("d", "double", "default", "NaN"), field("d", "bytes", "default", "\u0000\u00ff"),
                field("d", "string", "default", "h\u00e9llo \"you\""),
                field("d", fixed("F", 2), "default", "\u0001\u0002"),
                field("d", enumeration("E", "A", "B"), "default", "B"),
                field("d", array("int"), "default", List.of(1, 2, 3)), field("d", array("int"), "default", List.of()),
                field("d", map("string"), "default", object("k", "v", "l", "w")),
                field("d", map("long"), "default", object()),
                field("d", union("null", "string"), "default", json(null)),
                field("d", union("string", "null"), "default", "x"),
                field("d", union("null", "string"), "default", "of a later branch"),
                field("d", union("int", "string"), "default", 4),
                field("d", union(record("S", field("s", "int")), "null"), "default", object("s", 3)),
                field("d", record("S", field("s", "int"), field("t", "string", "default", "t")), "default",
                        object("s", 3)),
                field("d", record("S", field("s", array(map("int")))), "default", object("s", List.of(object("k", 1)))))
                .map(added -> {
                    String value = Build.line(added.get("default"));
                    String name = "default " + value + " for " + Build.line(added.get("type"));
                    return Pair.of(name, record("R", field("a", "int"), added), record("R", field("a", "int")));
                });
    }

    private static Stream<Pair> recursion() {
        ObjectNode list = record("List", field("value", "int"), field("next", union("null", "List")));
        ObjectNode listLong = record("List", field("value", "long"), field("next", union("null", "List")));
        ObjectNode listString = record("List", field("value", "string"), field("next", union("null", "List")));
        ObjectNode listMore = record("List", field("value", "int"), field("next", union("null", "List")),
                field("more", "int"));
        ObjectNode endless = record("List", field("head", "int"), field("tail", "List"));
        ObjectNode endlessLong = record("List", field("head", "long"), field("tail", "List"));
        ObjectNode tree = record("Tree", field("label", "string"), field("children", array("Tree")));
        ObjectNode treeMore = record("Tree", field("label", "string"), field("children", array("Tree")),
                field("depth", "int"));
        ObjectNode trap = record("Tree", field("children", array(union("null", "Tree"))), field("label", "string"));
        ObjectNode trapOther = record("Tree", field("children", array(union("null", "Tree"))), field("label", "int"));
        return Stream.of(
                both("list promoted", listLong, list),
                both("list of another type", listString, list),
                both("list with a new field", listMore, list),
                both("list renamed", record("Chain", field("value", "int"), field("next", union("null", "Chain"))),
                        list),
                both("list renamed with alias", with(record("Chain", field("value", "int"),
                        field("next", union("null", "Chain"))), "aliases", List.of("List")), list),
                both("endless list promoted", endlessLong, endless),
                both("tree with a new field", treeMore, tree),
                both("the recursion comes before the error", trapOther, trap),
                both("mutual recursion promoted", mutual("long", null), mutual("int", null)),
                both("mutual recursion of another type", mutual("string", null), mutual("int", null)),
                both("mutual recursion, the inner one got a field", mutual("int", field("more", "int")),
                        mutual("int", null)),
                both("mutual recursion, the inner one got a default", mutual("int", field("more", "int", "default", 0)),
                        mutual("int", null)),
                both("recursion through a map", record("M", field("m", map("M")), field("v", "int")),
                        record("M", field("m", map("M")), field("v", "string"))),
                both("an assumption disproved, and kept", disproved(true), disproved(false)),
                Stream.of(Pair.of("an assumption disproved, fields in the other order", reversed(disproved(true)),
                        disproved(false))),
                both("recursion of one side only", list, record("List", field("value", "int"), field("next",
                        union("null", record("Last", field("value", "int")))))),
                both("unrolled once", list, record("List", field("value", "int"), field("next", union("null",
                        record("inner.List", field("value", "int"), field("next", union("null", "inner.List"))))))))
                .flatMap(pairs -> pairs);
    }

    /**
     * Java takes A to be readable while it looks into A, notes that B, which holds A, is readable, and keeps that note
     * when A turns out not to be. The union's other branch hides that; with the fields swapped nothing does.
     */
    static ObjectNode disproved(boolean reader) {
        String space = reader ? "r." : "w.";
        ObjectNode b = record(space + "B", field("a", union("null", space + "A")));
        ObjectNode a = record(space + "A", field("b", b), field("x", reader ? "int" : "string"));
        Object first = reader ? union(a, record("other.A", field("x", "string"))) : a;
        return record("R", field("first", first), field("second", space + "B"));
    }

    /** The record with its fields in the other order, B and A each defined where it is first named. */
    private static ObjectNode reversed(ObjectNode record) {
        ObjectNode a = (ObjectNode) record.at("/fields/0/type/0");
        ObjectNode b = with((ObjectNode) a.at("/fields/0/type"), "fields",
                List.of(field("a", union("null", with(a, "fields", List.of(field("b", "r.B"), a.at("/fields/1")))))));
        return record("R", field("second", b), field("first", union("r.A", record.at("/fields/0/type/1"))));
    }

    private static ObjectNode mutual(String type, JsonNode added) {
        ObjectNode back = record("Pong", field("ping", union("null", "Ping")), field("value", type));
        if (added != null) {
            back.withArray("fields").add(added);
        }
        return record("Ping", field("pong", union("null", back)));
    }

    private static Stream<Pair> references() {
        ObjectNode address = record("Address", field("street", "string"));
        ObjectNode addressMore = record("Address", field("street", "string"), field("zip", "string"));
        return Stream.of(
                both("used twice, broken twice", record("R", field("home", addressMore), field("work", "Address")),
                        record("R", field("home", address), field("work", "Address"))),
                both("used in a union and outside, broken in both",
                        record("R", field("home", union("null", addressMore)), field("work", "Address")),
                        record("R", field("home", union("null", address)), field("work", "Address"))),
                both("used outside and in a union, broken in both",
                        record("R", field("work", addressMore), field("home", union("null", "Address"))),
                        record("R", field("work", address), field("home", union("null", "Address")))),
                both("defined in a field that the reader drops",
                        record("R", field("work", address)),
                        record("R", field("home", address), field("work", "Address"))),
                both("defined in a dropped field, and broken", record("R", field("work", addressMore)),
                        record("R", field("home", address), field("work", "Address"))),
                both("definition moved behind another field", record("R", field("b", "int"), field("work", address)),
                        record("R", field("work", address), field("b", "int"))),
                both("in another namespace by reference",
                        with(record("R", field("home", with(address, "namespace", "x")), field("work", "x.Address")),
                                "namespace", "y"),
                        with(record("R", field("home", with(address, "namespace", "z")), field("work", "z.Address")),
                                "namespace", "y")))
                .flatMap(pairs -> pairs);
    }

    private static Stream<Pair> many() {
        ObjectNode reader = record("R", field("e", enumeration("E", "A")), field("t", "string"),
                field("missing", "int"),
                field("f", fixed("F", 1)), field("u", union("null", "int")),
                field("n", record("x.N", field("x", "int"))),
                field("l", array("string")), field("m", map(record("V", field("v", "int"), field("w", "int")))));
        ObjectNode writer = record("S", field("e", enumeration("E", "A", "B")), field("t", "int"),
                field("f", fixed("F", 2)),
                field("u", union("null", "string", "boolean")), field("n", record("y.M", field("x", "string"))),
                field("l", array("boolean")), field("m", map(record("V", field("v", "string")))));
        return Stream.of(
                both("everything at once", reader, writer),
                both("everything at once, nested", holder(reader), holder(writer)),
                both("everything at once, in a union", holder(union("null", reader)), holder(union("null", writer))),
                both("everything at once, in a writer's union", holder(reader), holder(union("null", writer))),
                both("everything at once, in an array", array(reader), array(writer)),
                steps("a history", record("R", field("a", "int")),
                        record("R", field("a", "int"), field("b", "int", "default", 0)),
                        record("R", field("a", "long"), field("b", "int")),
                        record("R", field("a", "long"), optional("c", "string")),
                        record("R", field("a", union("long", "string")), optional("c", "string"))))
                .flatMap(pairs -> pairs);
    }
}
