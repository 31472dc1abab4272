package oracle;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;

/**
 * Schemas as JSON, written shortly. They are built as JSON and not as Avro's Schema, so that the fixture holds what was
 * written and not what Avro made of it. A type is a string (a primitive or a name), a list (a union) or a node.
 */
final class Build {
    static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private Build() {}

    static JsonNode json(Object value) {
        if (value instanceof JsonNode node) {
            return node;
        }
        if (value instanceof List<?> items) {
            ArrayNode array = NODES.arrayNode();
            items.forEach(item -> array.add(json(item)));
            return array;
        }
        return MAPPER.valueToTree(value);
    }

    /** An object of keys and values in turn. */
    static ObjectNode object(Object... keysAndValues) {
        return with(NODES.objectNode(), keysAndValues);
    }

    /** A copy of the node with more keys. */
    static ObjectNode with(ObjectNode node, Object... keysAndValues) {
        ObjectNode copy = node.deepCopy();
        for (int index = 0; index < keysAndValues.length; index += 2) {
            copy.set((String) keysAndValues[index], json(keysAndValues[index + 1]));
        }
        return copy;
    }

    static JsonNode union(Object... branches) {
        return json(List.of(branches));
    }

    static ObjectNode record(String name, JsonNode... fields) {
        return object("type", "record", "name", name, "fields", List.of(fields));
    }

    static ObjectNode field(String name, Object type, Object... more) {
        return with(object("name", name, "type", type), more);
    }

    /** A field that is null where it is missing. */
    static ObjectNode optional(String name, Object type) {
        return field(name, union("null", type), "default", NODES.nullNode());
    }

    static ObjectNode enumeration(String name, String... symbols) {
        return object("type", "enum", "name", name, "symbols", List.of(symbols));
    }

    static ObjectNode fixed(String name, int size) {
        return object("type", "fixed", "name", name, "size", size);
    }

    static ObjectNode array(Object items) {
        return object("type", "array", "items", items);
    }

    static ObjectNode map(Object values) {
        return object("type", "map", "values", values);
    }

    static ObjectNode logical(Object type, String logicalType, Object... more) {
        return with(object("type", type, "logicalType", logicalType), more);
    }

    static ObjectNode decimal(int precision, int scale) {
        return logical("bytes", "decimal", "precision", precision, "scale", scale);
    }

    /** A record with one field `f` of the type: what a change looks like that is not at the root. */
    static ObjectNode holder(Object type) {
        return record("Holder", field("f", type));
    }

    /** One object of a fixture, on one line. */
    static String line(JsonNode node) {
        try {
            return MAPPER.writeValueAsString(node);
        } catch (JsonProcessingException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** As Avro's parser reads it by default: names validated, defaults validated. */
    static Schema parse(JsonNode schema) {
        return new Schema.Parser().parse(line(schema));
    }

    static boolean parses(JsonNode schema) {
        try {
            parse(schema);
            return true;
        } catch (AvroRuntimeException refused) {
            return false;
        }
    }
}
