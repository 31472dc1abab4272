package oracle;

import static oracle.Build.array;
import static oracle.Build.decimal;
import static oracle.Build.enumeration;
import static oracle.Build.field;
import static oracle.Build.fixed;
import static oracle.Build.json;
import static oracle.Build.logical;
import static oracle.Build.map;
import static oracle.Build.object;
import static oracle.Build.record;
import static oracle.Build.with;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Random schemas. The same seed gives the same schemas on every machine: java.util.Random is specified to the bit. */
final class Generator {
    private static final List<String> PRIMITIVES =
            List.of("null", "boolean", "int", "long", "float", "double", "bytes", "string");
    private static final List<String> WORDS = List.of("id", "name", "amount", "state", "reason", "created", "tags",
            "parent", "total", "code", "unit", "flag");
    private static final List<String> NAMESPACES = List.of("", "shop", "shop.events", "shop.types");
    private static final List<String> SYMBOLS = List.of("NEW", "OPEN", "PAID", "SENT", "DONE", "LOST", "BACK");

    final Random random;
    /** Names that may be referred to: of what is complete, and of the records around. */
    private final List<String> known = new ArrayList<>();
    private int count;

    Generator(long seed) {
        random = new Random(seed);
    }

    /** A record with some named types in it, most often three levels deep. */
    ObjectNode schema() {
        ObjectNode schema;
        do {
            known.clear();
            count = 0;
            schema = recordOf(3);
            // A branch that a union has already is dropped, and with it perhaps a type that something else refers to.
        } while (!Build.parses(schema));
        return schema;
    }

    <T> T pick(List<T> items) {
        return items.get(random.nextInt(items.size()));
    }

    boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    String primitive() {
        return pick(PRIMITIVES);
    }

    private JsonNode type(int depth) {
        int dice = random.nextInt(depth > 0 ? 100 : 60);
        if (dice < 36) {
            return json(primitive());
        } else if (dice < 45) {
            return logicalType();
        } else if (dice < 50) {
            return known.isEmpty() ? json("string") : json(List.of("null", pick(known)));
        } else if (dice < 55) {
            return enumOf();
        } else if (dice < 60) {
            return named(fixed(newName("Fixed"), random.nextInt(20)));
        } else if (dice < 72) {
            return unionOf(depth - 1);
        } else if (dice < 81) {
            return array(known.isEmpty() || chance(70) ? type(depth - 1) : json(pick(known)));
        } else if (dice < 88) {
            return map(type(depth - 1));
        }
        return recordOf(depth - 1);
    }

    private ObjectNode logicalType() {
        return switch (random.nextInt(8)) {
            case 0 -> logical("long", "timestamp-millis");
            case 1 -> logical("long", "timestamp-micros");
            case 2 -> logical("int", "date");
            case 3 -> logical("int", "time-millis");
            case 4 -> logical("string", "uuid");
            case 5 -> with(named(fixed(newName("Money"), 8)), "logicalType", "decimal", "precision", 18, "scale",
                    random.nextInt(4));
            default -> decimal(4 + random.nextInt(20), random.nextInt(5));
        };
    }

    private ObjectNode recordOf(int depth) {
        ObjectNode record = named(record(newName("Record")));
        known.add(fullName(record));
        int fields = random.nextInt(depth == 3 ? 6 : 4) + (depth == 3 ? 2 : 0);
        List<String> names = new ArrayList<>(WORDS);
        for (int index = 0; index < fields; index++) {
            record.withArray("fields").add(fieldOf(names.remove(random.nextInt(names.size())), depth));
        }
        return record;
    }

    ObjectNode fieldOf(String name, int depth) {
        JsonNode type = type(depth);
        ObjectNode field = field(name, type);
        JsonNode value = chance(45) ? defaultFor(type) : null;
        if (value != null) {
            field.set("default", value);
        }
        if (chance(10)) {
            field.put("doc", "What it is: " + name + ".");
        }
        return field;
    }

    private ObjectNode enumOf() {
        List<String> symbols = SYMBOLS.subList(0, 1 + random.nextInt(SYMBOLS.size()));
        ObjectNode made = named(enumeration(newName("Enum"), symbols.toArray(String[]::new)));
        known.add(fullName(made));
        return chance(40) ? with(made, "default", pick(symbols)) : made;
    }

    private JsonNode unionOf(int depth) {
        Map<String, JsonNode> branches = new LinkedHashMap<>();
        if (chance(70)) {
            branches.put("null", json("null"));
        }
        int more = 1 + random.nextInt(3);
        for (int index = 0; index < more; index++) {
            JsonNode branch = type(depth);
            if (!branch.isArray()) {
                branches.putIfAbsent(branchName(branch), branch);
            }
        }
        return json(new ArrayList<>(branches.values()));
    }

    /** What Avro tells the branches of a union by. */
    static String branchName(JsonNode branch) {
        if (branch.isTextual()) {
            return branch.textValue();
        }
        return branch.has("name") ? fullName(branch) : branch.get("type").textValue();
    }

    private String newName(String stem) {
        count++;
        return stem + count;
    }

    /** Says the namespace every time, so that no name depends on where it stands. */
    private ObjectNode named(ObjectNode type) {
        String namespace = pick(NAMESPACES);
        if (!namespace.isEmpty() && chance(30)) {
            return with(type, "name", namespace + "." + type.get("name").textValue());
        }
        return with(type, "namespace", namespace);
    }

    static String fullName(JsonNode type) {
        String name = type.get("name").textValue();
        String namespace = type.path("namespace").asText("");
        return namespace.isEmpty() || name.contains(".") ? name : namespace + "." + name;
    }

    /** A default that fits the type; nothing where the type refers to another one. */
    JsonNode defaultFor(JsonNode type) {
        if (type.isArray()) {
            return type.isEmpty() ? null : defaultFor(type.get(0));
        }
        String name = type.isTextual() ? type.textValue() : type.get("type").textValue();
        return switch (name) {
            case "null" -> json(null);
            case "boolean" -> json(random.nextBoolean());
            case "int" -> json(random.nextInt());
            case "long" -> json(random.nextLong());
            case "float" -> json(random.nextInt(1000) / 8.0);
            case "double" -> json(random.nextGaussian());
            case "bytes" -> json("\u0000\u007f\u0080\u00ff".substring(random.nextInt(4)));
            case "string" -> json(chance(20) ? "" : pick(WORDS) + " \u00fc\u20ac");
            case "fixed" -> json("\u0007".repeat(type.get("size").intValue()));
            case "enum" -> type.get("symbols").get(random.nextInt(type.get("symbols").size()));
            case "array" -> elements(type.get("items"));
            case "map" -> entries(type.get("values"));
            default -> null;
        };
    }

    private JsonNode elements(JsonNode items) {
        List<JsonNode> values = IntStream.range(0, random.nextInt(3))
                .mapToObj(index -> defaultFor(items)).collect(Collectors.toList());
        return values.stream().anyMatch(Objects::isNull) ? json(List.of()) : json(values);
    }

    private JsonNode entries(JsonNode values) {
        JsonNode value = defaultFor(values);
        return value == null || chance(40) ? object() : object("k\u00f6y", value);
    }
}
