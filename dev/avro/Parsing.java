package oracle;

import static oracle.Build.object;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;

/** Texts that are, or nearly are, schemas: whether Java parses them. The texts are in `parsing.txt`. */
final class Parsing {
    private Parsing() {}

    static Stream<JsonNode> all(List<String> lines) {
        Stream<String> written = lines.stream().filter(line -> !line.isBlank() && !line.startsWith("# "))
                .map(Parsing::unescape);
        return Stream.concat(written, large()).map(Parsing::line);
    }

    /** Only what a line of the file cannot hold is escaped there. */
    private static String unescape(String line) {
        return line.replace("<newline>", "\n")
                .replace("<return>", "\r").replace("<bom>", "\ufeff").replace("<nul>", "\u0000")
                .replace("<empty>", "").replace("<blank>", " ");
    }

    private static Stream<String> large() {
        String fixed = IntStream.range(0, 300)
                .mapToObj(index -> "{\"type\":\"fixed\",\"name\":\"F" + index + "\",\"size\":1}")
                .collect(Collectors.joining(","));
        String symbols = IntStream.range(0, 2000)
                .mapToObj(index -> "\"S" + index + "\"").collect(Collectors.joining(","));
        return Stream.of("[" + fixed + "]", "[" + fixed + ",{\"type\":\"fixed\",\"name\":\"F0\",\"size\":1}]",
                "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[" + symbols + "]}",
                "{\"type\":\"record\",\"name\":\"" + "n".repeat(2000) + "\",\"fields\":[]}",
                nested(60), nested(120), nested(999), nested(1001), chain(3), chain(40),
                "{\"type\":\"fixed\",\"name\":\"F\",\"size\":" + "9".repeat(1100) + "}");
    }

    private static String nested(int depth) {
        return "{\"type\":\"array\",\"items\":".repeat(depth) + "\"int\"" + "}".repeat(depth);
    }

    /** A type whose type is a type, and so on. */
    private static String chain(int depth) {
        return "{\"type\":".repeat(depth) + "\"int\"" + "}".repeat(depth);
    }

    private static JsonNode line(String text) {
        ObjectNode line = object("text", text, "parses", true);
        try {
            Schema schema = new Schema.Parser().parse(text);
            line.put("canonical", SchemaNormalization.toParsingForm(schema));
        } catch (Exception | StackOverflowError failure) {
            line.put("parses", false).put("exception", failure.getClass().getSimpleName())
                    .put("message", shortened(String.valueOf(failure.getMessage())));
        }
        return line.put("parses_strict", parsesStrictly(text));
    }

    private static boolean parsesStrictly(String text) {
        try {
            new Schema.Parser(NameValidator.STRICT_VALIDATOR).parse(text);
            return true;
        } catch (Exception | StackOverflowError failure) {
            return false;
        }
    }

    /** Numbers that Java counts up from its start are taken out, so that a new line does not change the others. */
    private static String shortened(String message) {
        String steady = message.replaceAll("UnresolvedSchema_\\d+", "UnresolvedSchema_N")
                .replaceAll("@[0-9a-f]{5,}", "@N");
        return steady.length() <= 300 ? steady : steady.substring(0, 300) + "\u2026";
    }
}
