package oracle;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.Schema;

/** The event schemas of this repository, and values as they might have been sent. */
record Events(List<Event> all) {
    private static final int PER_SCHEMA = 3;

    record Event(String name, JsonNode schema) {}

    static Events read(Path folder) throws IOException {
        List<Event> events = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".avsc")).sorted().toList()) {
                String name = folder.relativize(file).toString().replace(".avsc", "");
                events.add(new Event(name, Build.MAPPER.readTree(file.toFile())));
            }
        }
        return new Events(events);
    }

    Stream<JsonNode> schemas() {
        return all.stream().map(Event::schema);
    }

    Stream<JsonNode> datums() {
        Random random = new Random(18);
        return all.stream().flatMap(event -> IntStream.range(1, PER_SCHEMA + 1).mapToObj(number ->
                Codec.datum(event.name() + " " + number, event.schema(),
                        believable("", Build.parse(event.schema()), random))));
    }

    private static Object believable(String field, Schema schema, Random random) {
        return switch (schema.getType()) {
            case RECORD -> {
                Map<String, Object> record = new LinkedHashMap<>();
                schema.getFields().forEach(one -> record.put(one.name(), believable(one.name(), one.schema(), random)));
                yield record;
            }
            case UNION -> random.nextInt(3) == 0 ? null : believable(field, schema.getTypes().get(1), random);
            case ENUM -> schema.getEnumSymbols().get(random.nextInt(schema.getEnumSymbols().size()));
            case MAP -> random.nextInt(3) == 0 ? Map.of()
                    : Codec.map("language", pick(random, "de", "en", "fr"), "r\u00e9gion", "S\u00fcd", "empty", "");
            case BOOLEAN -> random.nextBoolean();
            case INT -> 1 + random.nextInt(5);
            case LONG -> field.equals("timestamp") ? 1_763_820_000_000L + random.nextInt(86_400_000)
                    : field.equals("version") ? 1L + random.nextInt(40) : 250L * random.nextInt(10_000);
            case DOUBLE -> field.equals("confidence") ? random.nextInt(1001) / 1000d : random.nextInt(100_000) / 7d;
            default -> text(field, random);
        };
    }

    private static String text(String field, Random random) {
        return switch (field) {
            case "eventId" -> String.format("%08x-0000-4000-8000-%012x", random.nextInt(), random.nextInt(1 << 30));
            case "agentId", "senderId" -> "agent-" + (1000 + random.nextInt(9000));
            case "customerId", "recipientId" -> "customer-" + (1000 + random.nextInt(9000));
            case "content", "response" -> pick(random, "Where is my parcel?",
                    "Gr\u00fc\u00df Gott, wie kann ich helfen?",
                    "\u3053\u3093\u306b\u3061\u306f \ud83d\ude42", "line one\nline two, \"quoted\"", "");
            case "channel" -> pick(random, "chat", "voice", "mail");
            case "priority" -> pick(random, "low", "high", "urgent");
            case "unit" -> pick(random, "ms", "%", "\u20ac");
            case "period" -> pick(random, "2026-11", "2026-W47");
            default -> field.endsWith("Id") ? field.replace("Id", "-") + Integer.toHexString(random.nextInt(1 << 24))
                    : field + " " + pick(random, "one", "two", "three");
        };
    }

    private static String pick(Random random, String... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
