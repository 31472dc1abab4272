package oracle;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.Schema.Field;
import org.apache.avro.generic.GenericContainer;
import org.apache.avro.generic.GenericData;

/** Values of a schema: from plain Java ones (maps, lists, strings, numbers, byte arrays), or random. */
final class Values {
    private static final List<String> TEXTS = List.of("", "a", "order 66", "gr\u00fc\u00dfe \u20ac", "\ud83d\ude00",
            "tab\tnewline\nquote\"backslash\\", "\u0000\u001f\u007f\u2028", "0123456789".repeat(9));
    private static final int DEEPEST = 5;

    private Values() {}

    /** A value for the named branch of a union, where the value alone does not tell the branch. */
    record Branch(String name, Object value) {}

    static Object of(Schema schema, Object plain) {
        if (plain instanceof GenericContainer) {
            return plain;
        }
        return switch (schema.getType()) {
            case RECORD -> recordOf(schema, (Map<?, ?>) plain);
            case ENUM -> new GenericData.EnumSymbol(schema, (String) plain);
            case FIXED -> new GenericData.Fixed(schema, (byte[]) plain);
            case BYTES -> ByteBuffer.wrap((byte[]) plain);
            case ARRAY -> ((List<?>) plain).stream().map(item -> of(schema.getElementType(), item))
                    .collect(ArrayList::new, ArrayList::add, ArrayList::addAll);
            case MAP -> mapOf(schema, (Map<?, ?>) plain);
            case UNION -> unionOf(schema, plain);
            default -> plain;
        };
    }

    /** A field that is not given has its default. */
    private static Object recordOf(Schema schema, Map<?, ?> plain) {
        GenericData.Record record = new GenericData.Record(schema);
        for (Field field : schema.getFields()) {
            record.put(field.pos(), plain.containsKey(field.name()) ? of(field.schema(), plain.get(field.name()))
                    : GenericData.get().getDefaultValue(field));
        }
        return record;
    }

    private static Object mapOf(Schema schema, Map<?, ?> plain) {
        Map<Object, Object> map = new LinkedHashMap<>();
        plain.forEach((key, value) -> map.put(key, of(schema.getValueType(), value)));
        return map;
    }

    private static Object unionOf(Schema schema, Object plain) {
        if (plain instanceof Branch branch) {
            return of(schema.getTypes().get(schema.getIndexNamed(branch.name())), branch.value());
        }
        return schema.getTypes().stream()
                .filter(branch -> fits(branch, plain)).findFirst().map(branch -> of(branch, plain))
                .orElse(null);
    }

    private static boolean fits(Schema branch, Object plain) {
        return switch (branch.getType()) {
            case RECORD, MAP -> plain instanceof Map;
            case ENUM, STRING -> plain instanceof String;
            case FIXED, BYTES -> plain instanceof byte[];
            case ARRAY -> plain instanceof List;
            case INT -> plain instanceof Integer;
            case LONG -> plain instanceof Long;
            case FLOAT -> plain instanceof Float;
            case DOUBLE -> plain instanceof Double;
            case BOOLEAN -> plain instanceof Boolean;
            case NULL, UNION -> false;
        };
    }

    /** A random value; recursion ends by the first branches of unions and by empty collections. */
    static Object random(Schema schema, Random random) {
        return random(schema, random, 0);
    }

    private static Object random(Schema schema, Random random, int depth) {
        return switch (schema.getType()) {
            case NULL -> null;
            case BOOLEAN -> random.nextBoolean();
            case INT -> random.nextInt() >> random.nextInt(32);
            case LONG -> random.nextLong() >> random.nextInt(64);
            case FLOAT -> (float) random.nextGaussian() * (1 << random.nextInt(30));
            case DOUBLE -> random.nextGaussian() * (1L << random.nextInt(60));
            case STRING -> TEXTS.get(random.nextInt(TEXTS.size()));
            case BYTES -> ByteBuffer.wrap(bytes(random, random.nextInt(12)));
            case FIXED -> new GenericData.Fixed(schema, bytes(random, schema.getFixedSize()));
            case ENUM -> new GenericData.EnumSymbol(schema,
                    schema.getEnumSymbols().get(random.nextInt(schema.getEnumSymbols().size())));
            case UNION -> random(schema.getTypes().get(depth > DEEPEST ? 0 : random.nextInt(schema.getTypes().size())),
                    random,
                    depth + 1);
            case ARRAY -> {
                List<Object> items = new ArrayList<>();
                for (int left = depth > DEEPEST ? 0 : random.nextInt(5); left > 0; left--) {
                    items.add(random(schema.getElementType(), random, depth + 1));
                }
                yield items;
            }
            case MAP -> {
                Map<String, Object> map = new LinkedHashMap<>();
                for (int left = depth > DEEPEST ? 0 : random.nextInt(4); left > 0; left--) {
                    map.put("k" + left + "\u00e9".repeat(left), random(schema.getValueType(), random, depth + 1));
                }
                yield map;
            }
            case RECORD -> {
                GenericData.Record record = new GenericData.Record(schema);
                schema.getFields().forEach(field -> record.put(field.pos(), random(field.schema(), random, depth + 1)));
                yield record;
            }
        };
    }

    private static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /**
     * Whether every part has a value, and one that ends when unions take their first branch: an empty union or enum has
     * none, an endless list none that ends.
     */
    static boolean exist(Schema schema) {
        return exist(schema, new ArrayList<>());
    }

    private static boolean exist(Schema schema, List<Schema> around) {
        return switch (schema.getType()) {
            case ENUM -> !schema.getEnumSymbols().isEmpty();
            case UNION -> !schema.getTypes().isEmpty() && exist(schema.getTypes().get(0), around)
                    && schema.getTypes().stream().allMatch(branch -> around.contains(branch) || exist(branch, around));
            case ARRAY -> around.contains(schema.getElementType()) || exist(schema.getElementType(), around);
            case MAP -> around.contains(schema.getValueType()) || exist(schema.getValueType(), around);
            case RECORD -> {
                if (around.contains(schema)) {
                    yield false;
                }
                List<Schema> inside = new ArrayList<>(around);
                inside.add(schema);
                yield schema.getFields().stream().allMatch(field -> exist(field.schema(), inside));
            }
            default -> true;
        };
    }

    /** The two's complement bytes of a decimal without its point, as few as there can be. */
    static byte[] unscaled(String digits) {
        return new BigInteger(digits).toByteArray();
    }

    /** The same, filled up to the size of a fixed. */
    static byte[] unscaled(String digits, int size) {
        byte[] few = unscaled(digits);
        byte[] all = new byte[size];
        Arrays.fill(all, few[0] < 0 ? (byte) -1 : 0);
        System.arraycopy(few, 0, all, size - few.length, few.length);
        return all;
    }
}
