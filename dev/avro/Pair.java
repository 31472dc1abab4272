package oracle;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Two schemas of which one shall read what the other wrote. */
record Pair(String name, JsonNode reader, JsonNode writer) {

    static Pair of(String name, Object reader, Object writer) {
        return new Pair(name, Build.json(reader), Build.json(writer));
    }

    /** The pair and its reverse: most rules are not symmetric. */
    static Stream<Pair> both(String name, Object one, Object other) {
        return Stream.of(of(name, one, other), of(name + ", reversed", other, one));
    }

    /** Every schema as the reader of every other one. */
    static Stream<Pair> each(String name, Named... schemas) {
        return Stream.of(schemas).flatMap(reader -> Stream.of(schemas).filter(writer -> writer != reader)
                .map(writer -> of(name + ": " + reader.name + " reads " + writer.name, reader.schema, writer.schema)));
    }

    /** One step of a history to the next, in both directions. */
    static Stream<Pair> steps(String name, Object... versions) {
        return IntStream.range(1, versions.length).boxed()
                .flatMap(next -> both(name + " " + next, versions[next], versions[next - 1]));
    }

    record Named(String name, JsonNode schema) {
        static Named of(String name, Object schema) {
            return new Named(name, Build.json(schema));
        }
    }
}
