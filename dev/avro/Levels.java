package oracle;

import static oracle.Build.object;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import oracle.Pair.Named;
import org.apache.avro.Schema;
import org.apache.avro.SchemaValidationException;
import org.apache.avro.SchemaValidator;
import org.apache.avro.SchemaValidatorBuilder;

/** The levels of a registry, as Avro's SchemaValidator decides them: a new schema after one or two earlier ones. */
final class Levels {
    private static final Map<String, SchemaValidator> VALIDATORS = new TreeMap<>(Map.of(
            "BACKWARD", new SchemaValidatorBuilder().canReadStrategy().validateLatest(),
            "BACKWARD_TRANSITIVE", new SchemaValidatorBuilder().canReadStrategy().validateAll(),
            "FORWARD", new SchemaValidatorBuilder().canBeReadStrategy().validateLatest(),
            "FORWARD_TRANSITIVE", new SchemaValidatorBuilder().canBeReadStrategy().validateAll(),
            "FULL", new SchemaValidatorBuilder().mutualReadStrategy().validateLatest(),
            "FULL_TRANSITIVE", new SchemaValidatorBuilder().mutualReadStrategy().validateAll()));

    private Levels() {}

    static Stream<JsonNode> all() {
        List<Named> versions = KnownPairs.REGISTRY;
        return versions.stream().flatMap(latest -> Stream.concat(
                versions.stream().filter(first -> first != latest).map(first -> line(latest, List.of(first))),
                IntStream.range(1, versions.size())
                        .mapToObj(index -> List.of(versions.get(index - 1), versions.get(index)))
                        .flatMap(pair -> Stream.of(pair, List.of(pair.get(1), pair.get(0))))
                        .filter(pair -> !pair.contains(latest)).map(pair -> line(latest, pair))));
    }

    private static JsonNode line(Named latest, List<Named> earlier) {
        Map<String, Boolean> verdicts = new TreeMap<>();
        verdicts.put("NONE", true);
        VALIDATORS.forEach((level, validator) -> verdicts.put(level, accepts(validator, latest, earlier)));
        return object("name", latest.name() + " after " + String.join(", ", earlier.stream().map(Named::name).toList()),
                "earlier", earlier.stream().map(Named::schema).toList(), "new", latest.schema(), "compatible",
                verdicts);
    }

    private static boolean accepts(SchemaValidator validator, Named latest, List<Named> earlier) {
        // Java wants the newest of them first.
        List<Schema> newestFirst = IntStream.range(0, earlier.size())
                .mapToObj(index -> Build.parse(earlier.get(earlier.size() - 1 - index).schema())).toList();
        try {
            validator.validate(Build.parse(latest.schema()), newestFirst);
            return true;
        } catch (SchemaValidationException refused) {
            return false;
        }
    }
}
