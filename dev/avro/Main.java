package oracle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.stream.Stream;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.EncoderFactory;

/**
 * What Avro's own library says, for eventctl to be compared with.
 *
 * <pre>
 *   fixtures SCHEMAS TEXTS FOLDER   write all fixtures into the folder
 *   check READER WRITER             print the verdict on two schema files as JSON
 *   read FILE                       print the data of a container file, each as a line of Avro's JSON
 * </pre>
 */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws IOException {
        switch (arguments[0]) {
            case "fixtures" -> fixtures(Path.of(arguments[1]), Path.of(arguments[2]), Path.of(arguments[3]));
            case "read" -> read(Path.of(arguments[1]));
            case "check" -> System.exit(check(Path.of(arguments[1]), Path.of(arguments[2])));
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static void fixtures(Path schemas, Path texts, Path folder) throws IOException {
        Events events = Events.read(schemas);
        write(folder.resolve("verdicts.jsonl"), Verdicts.all());
        write(folder.resolve("levels.jsonl"), Levels.all());
        write(folder.resolve("canonical.jsonl"), Canonical.all(events));
        write(folder.resolve("parsing.jsonl"), Parsing.all(Files.readAllLines(texts)));
        write(folder.resolve("datums.jsonl"), Datums.all(events));
        write(folder.resolve("resolution.jsonl"), Resolution.all());
    }

    private static void read(Path file) throws IOException {
        try (var data = new DataFileReader<Object>(file.toFile(), new GenericDatumReader<>())) {
            var writer = new GenericDatumWriter<Object>(data.getSchema());
            var encoder = EncoderFactory.get().jsonEncoder(data.getSchema(), System.out);
            for (Object datum : data) {
                writer.write(datum, encoder);
            }
            encoder.flush();
            System.out.println();
        }
    }

    private static void write(Path file, Stream<JsonNode> lines) throws IOException {
        try (var writer = Files.newBufferedWriter(file)) {
            for (Iterator<JsonNode> rest = lines.iterator(); rest.hasNext();) {
                writer.write(Build.line(rest.next()));
                writer.write('\n');
            }
        }
    }

    private static int check(Path reader, Path writer) throws IOException {
        JsonNode verdict;
        try {
            verdict = Verdicts.verdict(parse(reader), parse(writer));
        } catch (AvroRuntimeException failure) {
            System.err.println("avro-oracle: Java does not parse " + failure.getMessage());
            return 2;
        }
        System.out.println(Build.MAPPER.writer(SerializationFeature.INDENT_OUTPUT).writeValueAsString(verdict));
        return 0;
    }

    private static Schema parse(Path file) throws IOException {
        try {
            return new Schema.Parser().parse(file.toFile());
        } catch (RuntimeException failure) {
            throw new AvroRuntimeException(file + ": " + failure.getMessage(), failure);
        }
    }
}
