package oracle;

import static oracle.Build.json;
import static oracle.Build.object;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.Incompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityResult;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;

/** What SchemaCompatibility says about every pair. */
final class Verdicts {
    private static final long SEED = 20_251_122;
    private static final int RANDOM_PER_VERDICT = 160;

    private Verdicts() {}

    static Stream<JsonNode> all() {
        return pairs().map(pair -> object("name", pair.name(), "reader", pair.reader(), "writer", pair.writer())
                .setAll(verdict(Build.parse(pair.reader()), Build.parse(pair.writer()))));
    }

    /** No pair comes twice, though some rules meet in the same one. */
    static Stream<Pair> pairs() {
        Set<JsonNode> seen = new HashSet<>();
        return Stream.concat(byRule(), byMutation().stream())
                .filter(pair -> seen.add(json(List.of(pair.reader(), pair.writer()))));
    }

    private static Stream<Pair> byRule() {
        return Stream.of(TypePairs.all(), NamedPairs.all(), RecordPairs.all(), KnownPairs.all())
                .flatMap(pairs -> pairs);
    }

    /** As many compatible as incompatible pairs of a random schema and a changed one. */
    private static List<Pair> byMutation() {
        Generator generator = new Generator(SEED);
        Mutation mutation = new Mutation(generator);
        List<Pair> pairs = new ArrayList<>();
        Set<JsonNode> seen = new HashSet<>();
        int[] wanted = {RANDOM_PER_VERDICT, RANDOM_PER_VERDICT};
        while (wanted[0] + wanted[1] > 0) {
            JsonNode before = generator.schema();
            JsonNode after = mutation.change(before, 1 + generator.random.nextInt(4));
            boolean forward = generator.random.nextBoolean();
            JsonNode reader = forward ? before : after;
            JsonNode writer = forward ? after : before;
            if (before.equals(after) || !Build.parses(after) || !seen.add(json(List.of(reader, writer)))) {
                continue;
            }
            int kind = verdict(Build.parse(reader), Build.parse(writer)).get("compatible").booleanValue() ? 1 : 0;
            if (wanted[kind] > 0) {
                wanted[kind]--;
                pairs.add(new Pair("mutation " + (pairs.size() + 1), reader, writer));
            }
        }
        return pairs;
    }

    /** Where Java throws instead of answering, a registry refuses the schema: not compatible, and `error` says why. */
    static ObjectNode verdict(Schema reader, Schema writer) {
        SchemaCompatibilityResult result;
        try {
            result = SchemaCompatibility.checkReaderWriterCompatibility(reader, writer).getResult();
        } catch (AvroRuntimeException failure) {
            return object("compatible", false, "incompatibilities", List.of(), "error", failure.getMessage());
        }
        return object("compatible", result.getCompatibility() == SchemaCompatibilityType.COMPATIBLE,
                "incompatibilities", result.getIncompatibilities().stream().map(Verdicts::incompatibility).toList());
    }

    private static ObjectNode incompatibility(Incompatibility one) {
        return object("type", one.getType().name(), "location", one.getLocation(), "message", one.getMessage());
    }
}
