package oracle;

import static oracle.Build.field;
import static oracle.Build.json;
import static oracle.Build.union;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Changes a random schema at random places, in the ways in which people change theirs. */
final class Mutation {
    private static final Map<String, List<String>> PROMOTIONS = Map.of("int", List.of("long", "float", "double"),
            "long", List.of("float", "double"), "float", List.of("double"), "bytes", List.of("string"),
            "string", List.of("bytes"));

    private final Generator generator;

    Mutation(Generator generator) {
        this.generator = generator;
    }

    /** A changed copy; it may be no valid schema, which the caller finds out by parsing it. */
    JsonNode change(JsonNode schema, int times) {
        JsonNode copy = schema.deepCopy();
        for (int time = 0; time < times; time++) {
            List<ObjectNode> places = new ArrayList<>();
            collect(copy, places);
            ObjectNode place = generator.pick(places);
            copy = changeAt(copy, place);
        }
        return copy;
    }

    /** Everything that can be changed: named types and fields. */
    private static void collect(JsonNode node, List<ObjectNode> places) {
        if (node instanceof ObjectNode object && object.has("name")) {
            places.add(object);
        }
        node.forEach(child -> collect(child, places));
    }

    private JsonNode changeAt(JsonNode root, ObjectNode place) {
        return switch (place.get("type").asText("")) {
            case "record" -> generator.chance(30) ? changeName(root, place) : changeFields(root, place);
            case "enum" -> generator.chance(20) ? changeName(root, place) : changeSymbols(root, place);
            case "fixed" -> generator.chance(40) ? changeName(root, place) : changeSize(root, place);
            default -> changeField(root, place);
        };
    }

    private JsonNode changeSize(JsonNode root, ObjectNode type) {
        type.put("size", generator.random.nextInt(20));
        return root;
    }

    /** Renames or moves a type, and every reference to it; sometimes the old name stays as an alias. */
    private JsonNode changeName(JsonNode root, ObjectNode type) {
        String old = Generator.fullName(type);
        String simple = old.substring(old.lastIndexOf('.') + 1);
        String space = old.contains(".") ? old.substring(0, old.lastIndexOf('.')) : "";
        if (generator.chance(40)) {
            space = generator.pick(List.of("", "shop", "store.v2"));
        } else {
            simple += "New";
        }
        type.put("name", simple).put("namespace", space);
        if (generator.chance(50)) {
            type.set("aliases", json(List.of(old)));
        }
        String now = Generator.fullName(type);
        return mapTypes(root, name -> name.equals(old) ? now : name);
    }

    /** Applies the function to every reference: texts in the place of a type. */
    private static JsonNode mapTypes(JsonNode type, UnaryOperator<String> function) {
        if (type.isTextual()) {
            return json(function.apply(type.textValue()));
        }
        if (type instanceof ArrayNode branches) {
            for (int index = 0; index < branches.size(); index++) {
                branches.set(index, mapTypes(branches.get(index), function));
            }
        } else if (type instanceof ObjectNode object) {
            for (String key : List.of("items", "values")) {
                if (object.has(key)) {
                    object.set(key, mapTypes(object.get(key), function));
                }
            }
            object.path("fields").forEach(field -> ((ObjectNode) field)
                    .set("type", mapTypes(field.get("type"), function)));
        }
        return type;
    }

    private JsonNode changeFields(JsonNode root, ObjectNode record) {
        ArrayNode fields = record.withArray("fields");
        switch (generator.random.nextInt(4)) {
            case 0, 1 -> {
                String type = generator.primitive();
                ObjectNode added = field("added" + generator.random.nextInt(3), type);
                if (generator.chance(50)) {
                    added.set("default", generator.defaultFor(json(type)));
                }
                fields.insert(generator.random.nextInt(fields.size() + 1), added);
            }
            case 2 -> {
                if (!fields.isEmpty()) {
                    fields.remove(generator.random.nextInt(fields.size()));
                }
            }
            default -> shuffle(fields);
        }
        return root;
    }

    private void shuffle(ArrayNode nodes) {
        List<JsonNode> items = new ArrayList<>();
        nodes.forEach(items::add);
        Collections.shuffle(items, generator.random);
        nodes.removeAll().addAll(items);
    }

    private JsonNode changeSymbols(JsonNode root, ObjectNode type) {
        ArrayNode symbols = type.withArray("symbols");
        switch (generator.random.nextInt(4)) {
            case 0, 1 -> symbols.add("ADDED" + generator.random.nextInt(3));
            case 2 -> symbols.remove(generator.random.nextInt(symbols.size()));
            default -> {
                if (type.remove("default") == null) {
                    type.set("default", symbols.get(0));
                }
            }
        }
        return root;
    }

    private JsonNode changeField(JsonNode root, ObjectNode field) {
        JsonNode type = field.get("type");
        switch (generator.random.nextInt(7)) {
            case 0 -> {
                String old = field.get("name").textValue();
                field.put("name", old + "New");
                if (generator.chance(60)) {
                    field.set("aliases", json(List.of(old)));
                }
            }
            case 1 -> retype(field, json(generator.primitive()));
            case 2 -> {
                if (field.remove("default") == null && generator.defaultFor(type) != null) {
                    field.set("default", generator.defaultFor(type));
                }
            }
            case 3, 4 -> retype(field, promoted(type));
            default -> retype(field, type instanceof ArrayNode branches ? changedUnion(branches) : union("null", type));
        }
        return root;
    }

    private static void retype(ObjectNode field, JsonNode type) {
        field.remove("default");
        field.set("type", type);
    }

    /** The first primitive type inside, promoted. */
    private JsonNode promoted(JsonNode type) {
        if (type instanceof TextNode text) {
            List<String> wider = PROMOTIONS.getOrDefault(text.textValue(), List.of());
            return wider.isEmpty() ? type : json(generator.pick(wider));
        }
        for (String key : List.of("items", "values")) {
            if (type.has(key)) {
                return ((ObjectNode) type).set(key, promoted(type.get(key)));
            }
        }
        if (type instanceof ArrayNode branches && !branches.isEmpty()) {
            int last = branches.size() - 1;
            branches.set(last, promoted(branches.get(last)));
        }
        return type;
    }

    private JsonNode changedUnion(ArrayNode branches) {
        switch (generator.random.nextInt(4)) {
            case 0 -> branches.add(generator.primitive());
            case 1 -> {
                if (!branches.isEmpty()) {
                    branches.remove(generator.random.nextInt(branches.size()));
                }
            }
            case 2 -> {
                return branches.isEmpty() ? json("null") : branches.get(branches.size() - 1);
            }
            default -> shuffle(branches);
        }
        return branches;
    }
}
