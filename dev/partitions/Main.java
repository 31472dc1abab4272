package oracle;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Where Java and librdkafka put a key, for eventctl to be compared with.
 *
 * <pre>
 *   fixtures FOLDER     write keys.tsv into the folder
 *   of COUNT KEY        print the partitions of one key
 * </pre>
 *
 * A line of keys.tsv has a key and a checksum for each of murmur2, crc32 and java-hash, with tabs between: the CRC-32 of
 * 50 bytes, which are the partitions among 1, 2, … 50. A CRC-32 changes with any one byte, so no wrong partition hides in
 * it. `-` stands where the key goes anywhere, `!` where it is an error. Every 100th line has the partitions themselves too.
 * A key is `null`, `t:` and its text, or `x:` and its bytes in hexadecimal.
 */
public final class Main {
    private static final int SAMPLED = 100;

    private Main() {}

    public static void main(String[] arguments) throws IOException {
        switch (arguments[0]) {
            case "fixtures" -> fixtures(Path.of(arguments[1]).resolve("keys.tsv"));
            case "of" -> of(Integer.parseInt(arguments[1]), arguments[2]);
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static void fixtures(Path file) throws IOException {
        List<byte[]> keys = Keys.all();
        try (var writer = Files.newBufferedWriter(file)) {
            for (int line = 0; line < keys.size(); line++) {
                byte[] key = keys.get(line);
                List<Placed> all = Placed.all(key);
                writer.write(Keys.shown(key));
                for (Placed placed : all) {
                    writer.write('\t');
                    writer.write(placed.checksum());
                }
                if (line % SAMPLED == 0) {
                    for (Placed placed : all) {
                        writer.write('\t');
                        writer.write(placed.letters());
                    }
                }
                writer.write('\n');
            }
        }
    }

    private static void of(int count, String text) {
        byte[] key = text.getBytes(StandardCharsets.UTF_8);
        PrintStream out = System.out;
        out.printf("murmur2 %d%n", Placed.murmur2(key, count));
        out.printf("crc32 %s%n", key.length == 0 ? "anywhere" : Placed.crc32(key, count));
        out.printf("java-hash %d%n", Placed.javaHash(text, count));
    }
}
