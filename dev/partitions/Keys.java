package oracle;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/** 10,000 keys, the same in every run: what producers write, and what none should. */
final class Keys {
    static final int COUNT = 10_000;
    private static final String[] IDS = {
        "acme", "globex", "a", "0", "42", "a_b", "a.b", "ÄÖÜ", "租户", "😀", "e\u0301", "polygenelubricants", "x y",
    };
    private static final int[][] BLOCKS = {
        {0x20, 0x7e}, {0xa0, 0x24f}, {0x300, 0x36f}, {0x370, 0x5ff}, {0x600, 0x6ff}, {0x2000, 0x206f}, {0x4e00, 0x9fff},
        {0xac00, 0xd7a3}, {0xe000, 0xffff}, {0x10000, 0x103ff}, {0x1f300, 0x1faff}, {0x10fff0, 0x10ffff},
    };

    private final List<byte[]> keys = new ArrayList<>(COUNT);
    private final Random random = new Random(20261126);

    private Keys() {}

    static List<byte[]> all() {
        Keys all = new Keys();
        all.known();
        all.names();
        all.tenants();
        all.numbers();
        all.unicode();
        all.hostile();
        all.fill();
        return all.keys;
    }

    static String shown(byte[] key) {
        if (key == null) {
            return "null";
        }
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(key)).toString();
            if (text.codePoints().allMatch(Keys::isPlain)) {
                return "t:" + text;
            }
        } catch (CharacterCodingException notText) {
            // In hexadecimal.
        }
        return "x:" + HexFormat.of().formatHex(key);
    }

    /** What every editor shows as it is, and every version of Java knows. */
    private static boolean isPlain(int point) {
        return point >= ' ' && point <= '~' || point >= 0xc0 && point <= 0x24f || point >= 0x4e00 && point <= 0x9fa5
            || point >= 0xac00 && point <= 0xd7a3 || point >= 0x1f300 && point <= 0x1f5ff;
    }

    private void text(String text) {
        keys.add(text.getBytes(StandardCharsets.UTF_8));
    }

    private void known() {
        keys.add(null);
        text("");
        // Texts whose hashCode is the smallest integer.
        text("polygenelubricants");
        text("DESIGNING WORKHOUSES");
        text("tenant-polygenelubricants:1");
        for (String row : new String[] {"21", "foobar", "a-little-bit-long-string", "a", "abc", " ", "\0", "null", "0", "-1"}) {
            text(row);
        }
    }

    private void names() {
        for (int number = 0; number < 1500; number++) {
            text(String.format("agent-%03d", number));
            text(String.format("conv-%03d", number));
        }
        for (int number = 0; number < 300; number++) {
            text(new UUID(random.nextLong(), random.nextLong()).toString());
            text(Integer.toString(number));
            text(Long.toString(random.nextLong()));
        }
    }

    private void tenants() {
        for (String id : IDS) {
            for (String separator : new String[] {":", "-", "/", "", ":é-", "::", " "}) {
                for (int number = 0; number < 12; number++) {
                    text("tenant-" + id + separator + number);
                }
            }
        }
        for (String row : new String[] {"tenant-", "tenant-:1", "tenant--1", "tenant-/", "Tenant-a:1", " tenant-a:1",
            "my-tenant-a:1", "tenant_a:1", "tenant", "tenant-a\nb:1", "x\ntenant-a:1", "tenant-\n"}) {
            text(row);
        }
    }

    private void numbers() {
        int[] ints = {0, 1, -1, 255, 256, Integer.MAX_VALUE, Integer.MIN_VALUE, 0x80, 0x8080_8080};
        for (int number : ints) {
            keys.add(ByteBuffer.allocate(4).putInt(number).array());
            keys.add(ByteBuffer.allocate(8).putLong(number).array());
        }
        for (int number = 0; number < 500; number++) {
            keys.add(ByteBuffer.allocate(4).putInt(number < 100 ? number : random.nextInt()).array());
            keys.add(ByteBuffer.allocate(8).putLong(number < 100 ? number : random.nextLong()).array());
        }
        keys.add(ByteBuffer.allocate(8).putLong(Long.MAX_VALUE).array());
        keys.add(ByteBuffer.allocate(8).putLong(Long.MIN_VALUE).array());
    }

    private void unicode() {
        for (int number = 0; number < 1500; number++) {
            StringBuilder text = new StringBuilder();
            int length = 1 + random.nextInt(16);
            while (text.codePointCount(0, text.length()) < length) {
                int[] block = BLOCKS[random.nextInt(BLOCKS.length)];
                text.appendCodePoint(block[0] + random.nextInt(block[1] - block[0] + 1));
            }
            text(text.toString());
        }
    }

    private void hostile() {
        String[] rows = {"ff", "80", "c3", "eda080", "edbfbf", "c080", "f4908080", "f8888080", "61ff62", "efbfbe", "efbbbf",
            "e28080", "00", "0000", "f09f98", "7465656e616e742dff", "74656e616e742d61ff3a31"};
        for (String row : rows) {
            keys.add(HexFormat.of().parseHex(row));
        }
        for (int number = 0; number < 700; number++) {
            byte[] key = new byte[1 + random.nextInt(24)];
            random.nextBytes(key);
            keys.add(key);
        }
        for (int length : new int[] {63, 64, 65, 127, 128, 255, 256, 257, 1000, 1023, 4097, 10_000}) {
            text("k".repeat(length));
            text("tenant-" + "t".repeat(length / 4) + ":1");
        }
    }

    /** Printable ASCII of all lengths, so that every rest of a division by four occurs. */
    private void fill() {
        while (keys.size() < COUNT) {
            StringBuilder text = new StringBuilder();
            int length = 1 + random.nextInt(32);
            for (int at = 0; at < length; at++) {
                text.append((char) (' ' + random.nextInt(95)));
            }
            text(text.toString());
        }
    }
}
