// The hostile records that Records.java writes: what Kafka stores without a question, and programs trip over.
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

final class Cases {
    /** A broker's default, in bytes of a batch as it is stored. */
    static final int MAX_MESSAGE_BYTES = 1_048_588;
    /** The longest value of a record with neither key nor headers: 61 bytes of batch, and of the record 4 for its length,
     * then attributes, times and offsets as deltas, the key's and the value's length (1, 1, 1, 1, 3) and the headers' (1). */
    static final int LARGEST = MAX_MESSAGE_BYTES - 61 - 4 - 7 - 1 + 1;
    private static final List<String> ALL = List.of("none", "gzip", "snappy", "lz4", "zstd");
    private static final int MEGABYTE = 1_000_000;

    /** One case. No timestamp is now; a negative one is sent as it is. */
    record Case(String name, byte[] key, byte[] value, Long timestamp, List<Header> headers, int repeats,
            List<String> codecs) {
        /** Whether many of these fit into a batch. */
        boolean small() {
            int size = value == null ? 0 : value.length;
            for (Header header : headers) {
                size += header.value() == null ? 0 : header.value().length;
            }
            return repeats == 1 && size < 100_000;
        }
    }

    private static final List<Case> CASES = new ArrayList<>();

    static List<Case> all() {
        if (CASES.isEmpty()) {
            keysAndValues();
            headers();
            timestamps();
            sizes();
            json();
            wire();
            terminal();
        }
        return CASES;
    }

    private static void keysAndValues() {
        add("null-key-null-value", null, null);
        add("null-key", null, utf8("value"));
        add("empty-key", new byte[0], utf8("value"));
        add("tombstone", utf8("key"), null);
        add("empty-key-tombstone", new byte[0], null);
        add("empty-value", utf8("key"), new byte[0]);
        add("empty-key-empty-value", new byte[0], new byte[0]);
        add("key-not-utf8", bytes("fffe80c0"), utf8("{}"));
        add("key-nul", bytes("00"), bytes("00"));
        add("key-line-break", utf8("a\r\nb\tc"), utf8("a\r\nb\tc"));
        add("key-unicode", utf8("Zürich 東京 😀"), utf8("Zürich 東京 😀"));
        add("key-long-number", bytes("8000000000000000"), utf8("8-byte key"));
        add("key-json", utf8("{\"id\": 1.0}"), utf8("{\"id\":1}"));
        add("key-words", utf8("null"), utf8("null"));
        add("key-large", filled(65_536, "key "), utf8("large key"));
        byte[] every = new byte[256];
        for (int value = 0; value < every.length; value++) {
            every[value] = (byte) value;
        }
        add("every-byte", every, every);
        add("separators", utf8("a:b\tc|d"), utf8("%k:%s\\n\t|\n"));
    }

    private static void headers() {
        List<Header> thousand = new ArrayList<>();
        for (int number = 0; number < 1_000; number++) {
            thousand.add(header("h" + number % 7, utf8("value " + number)));
        }
        add("header-thousand", thousand.toArray(Header[]::new));
        add("header-repeated", header("a", utf8("1")), header("b", utf8("2")), header("a", utf8("3")), header("a", utf8("1")));
        add("header-name-empty", header("", utf8("unnamed")), header("", null));
        add("header-value-null", header("null", null), header("empty", new byte[0]), header("text", utf8("null")));
        add("header-value-binary", header("schema.id", bytes("00000007")), header("bad", bytes("c328ff")));
        add("header-name-unicode", header("größe 📦", utf8("1")), header(" ", utf8("space")));
        add("header-name-separators", header("a=b,c", utf8("d=e,f")), header("line\nbreak", utf8("a\nb")));
        add("header-name-control", header("\u001b[2J\u202e", utf8("\u001b]0;title\u0007")));
        // C strings end there: librdkafka's users never see the rest.
        add("header-name-nul", header("before\0after", utf8("1")));
        add("header-megabyte", header("large", filled(MEGABYTE, "header ")));
        add("header-on-tombstone", utf8("key"), null, null, header("why", utf8("deleted")));
    }

    private static void timestamps() {
        long now = System.currentTimeMillis();
        add("timestamp-none", utf8("-1"), utf8("-1"), -1L);
        add("timestamp-0", utf8("0"), utf8("0"), 0L);
        add("timestamp-1", utf8("1"), utf8("1"), 1L);
        add("timestamp-2001", utf8("2001"), utf8("2001"), 1_000_000_000_000L);
        add("timestamp-soon", utf8("soon"), utf8("half an hour ahead"), now + 1_800_000);
        add("timestamp-back", utf8("back"), utf8("older than the one before"), now - 86_400_000);
    }

    private static void sizes() {
        byte[] largest = new byte[LARGEST];
        // Only as it is, it has this size.
        CASES.add(new Case("largest", null, largest, null, List.of(), 1, List.of("none")));
        add("value-megabyte", utf8("key"), filled(MEGABYTE, "0123456789 äöü 😀 "));
        // Some kilobytes on the wire, 20 MB in memory.
        CASES.add(new Case("batch-bomb", utf8("bomb"), filled(MEGABYTE, "bomb "), null, List.of(), 20,
                List.of("gzip", "zstd")));
    }

    private static void json() {
        String[] texts = {"{\"type\":\"SENT\",\"n\":9007199254740993}", "{\"n\":1e400,\"m\":-0,\"l\":-0.0}",
                "{\"n\":" + "9".repeat(100) + "}", "{\"a\":1,\"a\":2}", "NaN", "{\"n\":NaN,\"i\":-Infinity}",
                "{\"s\":\"\\ud800\"}", "{\"s\":\"\\udc00\\ud800\"}", "{\"s\":\"\\u0000\"}", "{\"a\":1}\r\n", "{\"a\":\r1}",
                "{\"a\":\n1}", "{\"s\":\"\u2028\u2029\"}", "\ufeff{\"a\":1}", "\n\n", " ", "{\"a\":1} {\"b\":2}", "{\"a\":1",
                "[".repeat(200) + "]".repeat(200), "{\"a\":".repeat(5_000) + "1" + "}".repeat(5_000), "1.0", "\"text\"", "true",
                "{\"value_encoding\":\"base64\",\"value\":\"AA==\"}", "{\"schemaVersion\":2,\"event\":{\"type\":\"MATCHED\"}}",
                "{\"s\":\"\\/\\b\\f\\u00e4\"}", "{ \"spaces\" : [ 1 , 2 ] }", "AA==", "null"};
        for (int number = 0; number < texts.length; number++) {
            add("json-" + (number + 1), utf8("json"), utf8(texts[number]));
        }
        // Half of a pair of surrogates as UTF-8 would write it, which no UTF-8 may.
        add("surrogate-bytes", utf8("key"), concat(utf8("{\"s\":\""), bytes("eda080"), utf8("\"}")));
        add("overlong", bytes("c0af"), bytes("c0afe08080f0808080f8888080"));
        add("latin-1", utf8("key"), "Köln".getBytes(StandardCharsets.ISO_8859_1));
        add("utf-16", utf8("key"), "{\"a\":\"ä\"}".getBytes(StandardCharsets.UTF_16));
        add("gzip-bytes", utf8("key"), gzip(utf8("{\"a\":1}")));
    }

    private static void wire() {
        String[] values = {"00", "0000", "000000", "00000000", "0000000000", "0000000001", "00ffffffff", "007fffffff02",
                "0080000000", "01000102030405060708090a0b0c0d0e0f04", "02deadbeef", "ff00000001", "0000000001ffffffffffffffffffff01",
                "0000000001ff", "000000000101", "0000000001feffffff0f", "0000000001feffffffffffffffff01",
                "0000000001808080808080808080010000", "000000000102ff", "0000000001000000000000f87f", "000000000104c328"};
        for (int number = 0; number < values.length; number++) {
            add("wire-" + (number + 1), utf8("wire"), bytes(values[number]));
        }
        add("wire-deep", utf8("wire"), concat(bytes("0000000001"), filled(50_000, "\u0002")));
        add("wire-guid-header", utf8("key"), bytes("0206"), null,
                header("__value_schema_id", bytes("01000102030405060708090a0b0c0d0e0f")));
    }

    private static void terminal() {
        String[] texts = {"\u001b[2J\u001b[H", "\u001b]0;title\u0007", "\u001b]8;;http://example.com\u001b\\link\u001b]8;;\u001b\\",
                "\u001b]52;c;AAAA\u0007", "\u001bP+q544e\u001b\\", "\u009b31m\u0085", "overwritten\rhidden", "a\b\b\bb", "\u007f",
                "\u202etxt.exe", "\u2066\u2069\u200b\u200d\ufeff", "\u0000\u0001\u0002", "Proceed? [y/N] y\r\n"};
        for (int number = 0; number < texts.length; number++) {
            add("terminal-" + (number + 1), utf8(texts[number]), utf8(texts[number]));
        }
        add("terminal-c1-bytes", bytes("9b324a"), bytes("808485909b9c9d9e9f"));
    }

    private static void add(String name, Header... headers) {
        add(name, utf8(name), utf8("with headers"), null, headers);
    }

    private static void add(String name, byte[] key, byte[] value) {
        add(name, key, value, null);
    }

    private static void add(String name, byte[] key, byte[] value, Long timestamp, Header... headers) {
        CASES.add(new Case(name, key, value, timestamp, List.of(headers), 1, ALL));
    }

    private static Header header(String name, byte[] value) {
        return new RecordHeader(name, value);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static byte[] filled(int length, String words) {
        byte[] word = utf8(words);
        byte[] filled = new byte[length];
        for (int at = 0; at < length; at++) {
            filled[at] = word[at % word.length];
        }
        return filled;
    }

    private static byte[] concat(byte[]... parts) {
        ByteBuffer all = ByteBuffer.allocate(Arrays.stream(parts).mapToInt(part -> part.length).sum());
        for (byte[] part : parts) {
            all.put(part);
        }
        return all.array();
    }

    private static byte[] gzip(byte[] bytes) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
                zip.write(bytes);
            }
            return out.toByteArray();
        } catch (java.io.IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private Cases() {
    }
}
