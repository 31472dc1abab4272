package oracle;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;

/** The partitions that one partitioner gives one key, among 1 to 50; or a sign for why it gives none. */
record Placed(String sign, byte[] partitions) {
    static final int COUNTS = 50;
    private static final String LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmn";
    private static final Pattern TENANT = Pattern.compile("^tenant-([^:/-]+)");
    private static final Placed ANYWHERE = new Placed("-", null);
    private static final Placed REFUSED = new Placed("!", null);

    static List<Placed> all(byte[] key) {
        if (key == null) {
            return List.of(ANYWHERE, ANYWHERE, ANYWHERE);
        }
        Placed crc32 = key.length == 0 ? ANYWHERE : among(count -> crc32(key, count));
        return List.of(among(count -> murmur2(key, count)), crc32, ofText(key));
    }

    private static Placed ofText(byte[] key) {
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(key)).toString();
        } catch (CharacterCodingException notText) {
            return REFUSED;
        }
        return among(count -> javaHash(text, count));
    }

    private static Placed among(IntUnaryOperator partition) {
        byte[] partitions = new byte[COUNTS];
        IntStream.rangeClosed(1, COUNTS).forEach(count -> partitions[count - 1] = (byte) partition.applyAsInt(count));
        return new Placed(null, partitions);
    }

    /** What Kafka's own producer does. */
    static int murmur2(byte[] key, int count) {
        return BuiltInPartitioner.partitionForKey(key, count);
    }

    /** librdkafka's consistent partitioner: zlib's function. */
    static int crc32(byte[] key, int count) {
        CRC32 sum = new CRC32();
        sum.update(key);
        return (int) (sum.getValue() % count);
    }

    /** As the reference system's producers do it, for the smallest integer as DESIGN.md says. */
    static int javaHash(String key, int count) {
        Matcher tenant = TENANT.matcher(key);
        int hash = (tenant.find() ? tenant.group(1) : key).hashCode();
        return hash == Integer.MIN_VALUE ? (int) ((1L << 31) % count) : Math.abs(hash) % count;
    }

    String checksum() {
        if (sign != null) {
            return sign;
        }
        CRC32 sum = new CRC32();
        sum.update(partitions);
        return String.format("%08x", sum.getValue());
    }

    String letters() {
        if (sign != null) {
            return sign;
        }
        StringBuilder letters = new StringBuilder();
        for (byte partition : partitions) {
            letters.append(LETTERS.charAt(partition));
        }
        return letters.toString();
    }
}
