package oracle;

import static oracle.Build.array;
import static oracle.Build.enumeration;
import static oracle.Build.field;
import static oracle.Build.fixed;
import static oracle.Build.holder;
import static oracle.Build.map;
import static oracle.Build.record;
import static oracle.Build.union;
import static oracle.Build.with;
import static oracle.Pair.both;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Stream;

/** Pairs about records, enums and fixed: what they are called, symbols and sizes. */
final class NamedPairs {
    private NamedPairs() {}

    static Stream<Pair> all() {
        return Stream.of(names(), aliases(), fieldAliases(), enums(), fixedSizes()).flatMap(pairs -> pairs);
    }

    private static ObjectNode alias(ObjectNode named, String... aliases) {
        return with(named, "aliases", List.of(aliases));
    }

    private static Stream<Pair> names() {
        return Stream.of(
                both("record of another name", record("A", field("a", "int")), record("B", field("a", "int"))),
                both("record of another namespace", record("x.A", field("a", "int")), record("y.A", field("a", "int"))),
                both("record with and without namespace", record("x.A", field("a", "int")),
                        record("A", field("a", "int"))),
                both("record, another name and namespace", record("x.A", field("a", "int")),
                        record("y.B", field("a", "int"))),
                both("record, letters of another case", record("Alpha", field("a", "int")),
                        record("alpha", field("a", "int"))),
                both("enum of another name", enumeration("A", "X"), enumeration("B", "X")),
                both("enum of another namespace", enumeration("x.A", "X"), enumeration("y.A", "X")),
                both("fixed of another name", fixed("A", 2), fixed("B", 2)),
                both("fixed of another namespace", fixed("x.A", 2), fixed("y.A", 2)),
                both("nested record renamed", holder(record("A", field("a", "int"))),
                        holder(record("B", field("a", "int")))),
                both("nested enum renamed", holder(enumeration("A", "X")), holder(enumeration("B", "X"))),
                both("nested fixed renamed", holder(fixed("A", 2)), holder(fixed("B", 2))),
                both("nested record inherits another namespace",
                        with(holder(record("A", field("a", "int"))), "namespace", "x"),
                        with(holder(record("A", field("a", "int"))), "namespace", "y")),
                both("record renamed and a field lost", record("A", field("a", "int"), field("b", "int")),
                        record("B", field("a", "int"))),
                both("error or record", with(record("A", field("a", "int")), "type", "error"),
                        record("A", field("a", "int"))))
                .flatMap(pairs -> pairs);
    }

    private static Stream<Pair> aliases() {
        ObjectNode a = field("a", "int");
        return Stream.of(
                both("record found by alias", alias(record("New", a), "Old"), record("Old", a)),
                both("record found by a qualified alias", alias(record("x.New", a), "y.Old"), record("y.Old", a)),
                both("alias takes the reader's namespace", alias(record("x.New", a), "Old"), record("x.Old", a)),
                both("alias in the wrong namespace", alias(record("x.New", a), "Old"), record("y.Old", a)),
                both("alias of a writer without namespace", alias(record("x.New", a), "Old"), record("Old", a)),
                both("alias without namespace, written with a dot", alias(record("x.New", a), ".Old"),
                        record("Old", a)),
                both("qualified alias, writer without namespace", alias(record("New", a), "x.Old"), record("Old", a)),
                both("plain alias, writer with namespace", alias(record("New", a), "Old"), record("x.Old", a)),
                both("writer's alias does not count", record("New", a), alias(record("Old", a), "New")),
                both("several aliases", alias(record("New", a), "First", "Second"), record("Second", a)),
                both("aliases in a circle", alias(record("A", a), "B"), alias(record("B", a), "A")),
                both("alias of itself", alias(record("A", a), "A"), record("A", a)),
                both("enum found by alias", alias(enumeration("New", "X"), "Old"), enumeration("Old", "X")),
                both("enum found by a qualified alias", alias(enumeration("x.New", "X"), "y.Old"),
                        enumeration("y.Old", "X")),
                both("fixed found by alias", alias(fixed("New", 3), "Old"), fixed("Old", 3)),
                both("fixed found by alias, another size", alias(fixed("New", 3), "Old"), fixed("Old", 4)),
                both("nested record found by alias", holder(alias(record("New", a), "Old")), holder(record("Old", a))),
                both("nested alias takes the outer namespace",
                        with(holder(alias(record("New", a), "Old")), "namespace", "x"),
                        with(holder(record("Old", a)), "namespace", "x")),
                both("nested alias after the outer namespace moved",
                        with(holder(alias(record("New", a), "Old")), "namespace", "x"),
                        with(holder(record("Old", a)), "namespace", "y")),
                both("found by alias and a field missing", alias(record("New", a, field("b", "int")), "Old"),
                        record("Old", a)))
                .flatMap(pairs -> pairs);
    }

    private static Stream<Pair> fieldAliases() {
        ObjectNode renamed = field("new", "int", "aliases", List.of("old"));
        return Stream.of(
                both("field found by alias", record("R", renamed), record("R", field("old", "int"))),
                both("field found by alias and promoted", record("R", field("new", "long", "aliases", List.of("old"))),
                        record("R", field("old", "int"))),
                both("field found by alias, other type", record("R", field("new", "string", "aliases", List.of("old"))),
                        record("R", field("old", "int"))),
                both("field renamed without alias", record("R", field("new", "int")), record("R", field("old", "int"))),
                both("field renamed without alias, with default", record("R", field("new", "int", "default", 0)),
                        record("R", field("old", "int"))),
                both("field alias of no use, with default",
                        record("R", field("new", "int", "aliases", List.of("gone"), "default", 0)),
                        record("R", field("old", "int"))),
                both("field alias in the writer", record("R", field("new", "int")),
                        record("R", field("old", "int", "aliases", List.of("new")))),
                both("field and alias both written", record("R", renamed),
                        record("R", field("new", "int"), field("old", "int"))),
                both("two aliases both written", record("R", field("new", "int", "aliases", List.of("old", "older"))),
                        record("R", field("old", "int"), field("older", "int"))),
                both("two fields with one alias",
                        record("R", renamed, field("other", "int", "aliases", List.of("old"))),
                        record("R", field("old", "int"))),
                both("field alias equal to another field's name",
                        record("R", field("a", "int", "aliases", List.of("b")),
                                field("b", "int", "aliases", List.of("a"))),
                        record("R", field("a", "int"), field("b", "int"))),
                both("two fields swapped by aliases",
                        record("R", field("x", "int", "aliases", List.of("b")),
                                field("y", "int", "aliases", List.of("a"))),
                        record("R", field("a", "int"), field("b", "int"))),
                both("nested field found by alias", holder(record("R", renamed)),
                        holder(record("R", field("old", "int")))),
                both("field names differ in case", record("R", field("Name", "int")),
                        record("R", field("name", "int"))))
                .flatMap(pairs -> pairs);
    }

    private static Stream<Pair> enums() {
        ObjectNode ab = enumeration("E", "A", "B");
        ObjectNode abc = enumeration("E", "A", "B", "C");
        return Stream.of(
                both("one symbol more", abc, ab),
                both("symbols in another order", enumeration("E", "C", "B", "A"), abc),
                both("other symbols", enumeration("E", "X", "Y"), ab),
                both("several symbols missing", enumeration("E", "A"), enumeration("E", "Z", "A", "M", "B")),
                both("reader's default takes new symbols", with(ab, "default", "A"), abc),
                both("writer's default is no help", ab, with(abc, "default", "A")),
                both("both with a default", with(ab, "default", "A"), with(abc, "default", "C")),
                both("default, but another name", with(enumeration("F", "A"), "default", "A"), ab),
                both("no symbols", enumeration("E"), ab),
                both("nested: one symbol more", holder(abc), holder(ab)),
                both("nested: default takes new symbols", holder(with(ab, "default", "A")), holder(abc)),
                both("field default is no help for symbols", record("R", field("f", ab, "default", "A")), record("R",
                        field("f", abc))),
                both("new enum field with field default", record("R", field("f", ab, "default", "A")), record("R")),
                both("new enum field with only the enum's default", record("R", field("f", with(ab, "default", "A"))),
                        record("R")),
                both("new enum field with both defaults",
                        record("R", field("f", with(ab, "default", "A"), "default", "B")),
                        record("R")),
                both("new enum field without any", record("R", field("f", ab)), record("R")),
                both("two new enum fields of one type with only the enum's default",
                        record("R", field("f", with(ab, "default", "A")), field("g", "E")), record("R")),
                both("new nullable enum with only the enum's default",
                        record("R", field("f", union("null", with(ab, "default", "A")))), record("R")),
                both("enum or string", enumeration("E", "A"), "string"),
                both("array of enums", array(ab), array(abc)),
                both("map of enums with default", map(with(ab, "default", "B")), map(abc)))
                .flatMap(pairs -> pairs);
    }

    private static Stream<Pair> fixedSizes() {
        return Stream.of(
                both("another size", fixed("F", 4), fixed("F", 8)),
                both("another name and size", fixed("F", 4), fixed("G", 8)),
                both("size zero", fixed("F", 0), fixed("F", 1)),
                both("nested, another size", holder(fixed("F", 4)), holder(fixed("F", 8))),
                both("fixed or bytes", fixed("F", 4), "bytes"),
                both("fixed or string", fixed("F", 4), "string"),
                both("one fixed used twice, another size", record("R", field("a", fixed("F", 4)), field("b", "F")),
                        record("R", field("a", fixed("F", 8)), field("b", "F"))))
                .flatMap(pairs -> pairs);
    }
}
