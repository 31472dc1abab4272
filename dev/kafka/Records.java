// Hostile records, written and read by Kafka's own client: what `consume` and `produce --records` must carry unchanged.
// `dev/records` compiles and runs it.
//
//   write BROKERS TOPIC [-CASE…]   every case of Cases.java but those named, under no compression and each of the four
//                                  codecs; prints "CASE CODEC PARTITION OFFSET" a record
//   cases                          the names of the cases
//   dump BROKERS TOPIC             every committed record, partition by partition in order, a line each
//
// A line of a dump has fields with tabs in between: partition, type of the timestamp and the timestamp, key, value, and
// a field NAME=VALUE per header. Bytes are hex; null is "null", empty is "empty", and what is longer than 4 KB is
// "LENGTH:SHA-256". Offsets are left out: those of a copy differ where the source had gaps. Two topics hold the same
// records exactly if their dumps are the same text.
import java.io.BufferedOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

public final class Records {
    private static final String[] CODECS = {"none", "gzip", "snappy", "lz4", "zstd"};
    private static final int SHOWN = 4096;
    private static final long PATIENCE = 60_000_000_000L;

    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "write" -> write(arguments[1], arguments[2], Set.of(arguments).stream()
                    .filter(argument -> argument.startsWith("-")).map(argument -> argument.substring(1)).toList());
            case "cases" -> Cases.all().forEach(one -> System.out.println(one.name()));
            case "dump" -> {
                try (PrintStream out = new PrintStream(new BufferedOutputStream(System.out, 1 << 16), false,
                        StandardCharsets.US_ASCII)) {
                    dump(arguments[1], arguments[2], out);
                }
            }
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static void write(String brokers, String topic, List<String> without) throws Exception {
        List<Cases.Case> all = Cases.all();
        List<String> names = all.stream().map(Cases.Case::name).toList();
        without.stream().filter(name -> !names.contains(name)).findFirst().ifPresent(name -> {
            throw new IllegalArgumentException("no case is named " + name);
        });
        for (String codec : CODECS) {
            Map<String, Object> settings = Map.of("bootstrap.servers", brokers, "compression.type", codec, "acks", "all",
                    "max.request.size", 64 << 20, "batch.size", 48 << 20, "buffer.memory", 128L << 20, "linger.ms", 500,
                    "key.serializer", ByteArraySerializer.class, "value.serializer", ByteArraySerializer.class);
            try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings)) {
                int partitions = producer.partitionsFor(topic).size();
                int number = 0;
                for (Cases.Case one : all) {
                    int partition = number++ % partitions;
                    if (without.contains(one.name()) || !one.codecs().contains(codec)) {
                        continue;
                    }
                    List<Future<RecordMetadata>> sent = new ArrayList<>();
                    // What must be a batch of its own is sent with nothing before and nothing after it.
                    producer.flush();
                    for (int repeat = 0; repeat < one.repeats(); repeat++) {
                        sent.add(producer.send(record(topic, partition, one)));
                    }
                    producer.flush();
                    for (Future<RecordMetadata> each : sent) {
                        System.out.printf("%s %s %d %d%n", one.name(), codec, partition, each.get().offset());
                    }
                }
                if (codec.equals("none")) {
                    mustBeTooLarge(producer, topic);
                }
                // The same small records once more, many to a batch.
                List<Future<RecordMetadata>> together = new ArrayList<>();
                number = 0;
                for (Cases.Case one : all) {
                    int partition = number++ % partitions;
                    if (one.small() && !without.contains(one.name()) && one.codecs().contains(codec)) {
                        together.add(producer.send(record(topic, partition, one)));
                    }
                }
                producer.flush();
                for (Future<RecordMetadata> each : together) {
                    System.out.printf("together %s %d %d%n", codec, each.get().partition(), each.get().offset());
                }
            }
        }
    }

    /** That the largest record is the largest: with a byte more, the broker refuses it. */
    private static void mustBeTooLarge(KafkaProducer<byte[], byte[]> producer, String topic) throws Exception {
        byte[] value = new byte[Cases.LARGEST + 1];
        try {
            producer.send(new ProducerRecord<>(topic, 0, null, null, value)).get();
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof RecordTooLargeException) {
                return;
            }
            throw failure;
        }
        throw new IllegalStateException("max.message.bytes of " + topic + " is not " + Cases.MAX_MESSAGE_BYTES);
    }

    private static ProducerRecord<byte[], byte[]> record(String topic, int partition, Cases.Case one) throws Exception {
        Long timestamp = one.timestamp() == null || one.timestamp() >= 0 ? one.timestamp() : null;
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(topic, partition, timestamp, one.key(), one.value(), one.headers());
        if (timestamp != one.timestamp()) {
            // The constructor refuses what the rest of the client sends, and brokers store: no timestamp.
            Field field = ProducerRecord.class.getDeclaredField("timestamp");
            field.setAccessible(true);
            field.set(record, one.timestamp());
        }
        return record;
    }

    private static void dump(String brokers, String topic, PrintStream out) throws Exception {
        Map<String, Object> settings = Map.of("bootstrap.servers", brokers, "isolation.level", "read_committed",
                "enable.auto.commit", false, "auto.offset.reset", "none", "max.poll.records", 500,
                "key.deserializer", ByteArrayDeserializer.class, "value.deserializer", ByteArrayDeserializer.class);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings)) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .sorted((one, other) -> Integer.compare(one.partition(), other.partition())).toList();
            Map<TopicPartition, Long> ends = new LinkedHashMap<>(consumer.endOffsets(partitions));
            for (TopicPartition partition : partitions) {
                consumer.assign(List.of(partition));
                consumer.seekToBeginning(List.of(partition));
                long last = System.nanoTime();
                long position = consumer.position(partition);
                while (position < ends.get(partition)) {
                    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                        if (record.offset() < ends.get(partition)) {
                            out.println(line(record));
                        }
                    }
                    // Markers and gaps have no records; the position passes them all the same.
                    long now = consumer.position(partition);
                    if (now > position) {
                        last = System.nanoTime();
                    } else if (System.nanoTime() - last > PATIENCE) {
                        throw new IllegalStateException(partition + " stays at " + now + " of " + ends.get(partition));
                    }
                    position = now;
                }
            }
        }
        if (out.checkError()) {
            throw new IllegalStateException("the dump could not be written");
        }
    }

    private static String line(ConsumerRecord<byte[], byte[]> record) throws Exception {
        StringBuilder line = new StringBuilder();
        line.append(record.partition()).append('\t').append(record.timestampType()).append(' ');
        line.append(record.timestamp()).append('\t').append(shown(record.key())).append('\t').append(shown(record.value()));
        for (Header header : record.headers()) {
            line.append('\t').append(shown(name(header))).append('=').append(shown(header.value()));
        }
        return line.toString();
    }

    /** A header's name as it came. `key()` would make something else of a name that is not UTF-8. */
    private static byte[] name(Header header) throws Exception {
        Field field = RecordHeader.class.getDeclaredField("keyBuffer");
        field.setAccessible(true);
        ByteBuffer buffer = ((ByteBuffer) field.get(header)).duplicate();
        byte[] name = new byte[buffer.remaining()];
        buffer.get(name);
        return name;
    }

    private static String shown(byte[] bytes) throws Exception {
        if (bytes == null) {
            return "null";
        }
        if (bytes.length == 0) {
            return "empty";
        }
        if (bytes.length <= SHOWN) {
            return HexFormat.of().formatHex(bytes);
        }
        return bytes.length + ":" + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
