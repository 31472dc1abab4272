package oracle;

import static oracle.Build.object;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.Encoder;
import org.apache.avro.io.EncoderFactory;

/** Values to bytes and to JSON and back, by Java's encoders and decoders. */
final class Codec {
    /** The smallest that Java allows, so that short values show what long ones do. */
    private static final EncoderFactory BLOCKS = new EncoderFactory().configureBlockSize(64);
    /** Maps keep the order of the bytes, which Java's own would lose. */
    private static final GenericData DATA = new GenericData() {
        @Override
        public Object newMap(Object old, int size) {
            return new LinkedHashMap<>();
        }
    };

    private Codec() {}

    private interface EncoderOf {
        Encoder to(ByteArrayOutputStream out) throws IOException;
    }

    static byte[] plain(Schema schema, Object value) {
        return encode(schema, value, out -> EncoderFactory.get().binaryEncoder(out, null));
    }

    static byte[] blocking(Schema schema, Object value) {
        return encode(schema, value, out -> BLOCKS.blockingBinaryEncoder(out, null));
    }

    /** The text as Java writes it, not parsed and written again: a number keeps its digits. */
    static RawValue json(Schema schema, Object value) {
        byte[] text = encode(schema, value, out -> EncoderFactory.get().jsonEncoder(schema, out));
        // Of a record without fields Java writes nothing where it stands alone, and {} where it stands in something.
        return new RawValue(text.length == 0 ? "{}" : new String(text, StandardCharsets.UTF_8));
    }

    private static byte[] encode(Schema schema, Object value, EncoderOf encoders) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            Encoder encoder = encoders.to(out);
            new GenericDatumWriter<>(schema, DATA).write(value, encoder);
            encoder.flush();
            return out.toByteArray();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    /** Adds what a reader of another schema makes of the bytes: `json`, or `error`. */
    static ObjectNode read(ObjectNode line, Schema writer, Schema reader, byte[] bytes) {
        try {
            BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(bytes, null);
            Object value = new GenericDatumReader<>(writer, reader, DATA).read(null, decoder);
            line.putRawValue("json", json(reader, value));
        } catch (IOException | RuntimeException failure) {
            line.put("error", failure.getClass().getSimpleName() + ": " + failure.getMessage());
        }
        return line;
    }

    static Map<String, Object> map(Object... keysAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int index = 0; index < keysAndValues.length; index += 2) {
            map.put((String) keysAndValues[index], keysAndValues[index + 1]);
        }
        return map;
    }

    static ObjectNode datum(String name, Object source, Object plainValue) {
        Schema schema = Build.parse(Build.json(source));
        Object value = Values.of(schema, plainValue);
        ObjectNode line = object("name", name, "schema", source);
        line.putRawValue("json", json(schema, value));
        return line.put("bytes", hex(plain(schema, value))).put("blocking", hex(blocking(schema, value)));
    }
}
