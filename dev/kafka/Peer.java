// What `dev/bench` compares eventctl with: Kafka's own AdminClient, used as a careful program would.
//
//   create BROKERS PREFIX COUNT PARTITIONS REPLICAS   in one call, then waits until every partition has a leader
//   delete BROKERS PREFIX                             and waits until none is listed
//   count  BROKERS TOPIC                              how many records it holds, by the offsets of its partitions
//   fill   BROKERS PREFIX COUNT                       writes so many records into each partition of these topics
//   groups BROKERS PREFIX COUNT TOPICS                lets so many groups commit, each all partitions of one of the topics
//                                                     with the prefix TOPICS; no two groups of a topic commit the same
//   requests BROKERS LEVEL                            lets the brokers log requests: DEBUG each of them, WARN none
//
// `create` also says how long it took from its first line on, without the JVM's start.
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

public final class Peer {
    private static final long DEADLINE = System.nanoTime() + 120_000_000_000L;

    public static void main(String[] arguments) throws Exception {
        long begin = System.nanoTime();
        Map<String, Object> settings = Map.of("bootstrap.servers", arguments[1], "default.api.timeout.ms", 60_000,
                "request.timeout.ms", 60_000);
        try (Admin admin = Admin.create(settings)) {
            switch (arguments[0]) {
                case "create" -> {
                    create(admin, arguments[2], Integer.parseInt(arguments[3]), Integer.parseInt(arguments[4]),
                            Short.parseShort(arguments[5]));
                    System.out.printf("took %.4f s%n", (System.nanoTime() - begin) / 1e9);
                }
                case "delete" -> delete(admin, arguments[2]);
                case "count" -> count(admin, arguments[2]);
                case "fill" -> fill(admin, arguments[1], arguments[2], Integer.parseInt(arguments[3]));
                case "groups" -> groups(admin, arguments[2], Integer.parseInt(arguments[3]), arguments[4]);
                case "requests" -> requests(admin, arguments[2]);
                default -> throw new IllegalArgumentException(arguments[0]);
            }
        }
    }

    private static void create(Admin admin, String prefix, int count, int partitions, short replicas) throws Exception {
        List<NewTopic> topics = new ArrayList<>();
        for (int number = 1; number <= count; number++) {
            topics.add(new NewTopic(String.format("%s%04d", prefix, number), partitions, replicas)
                    .configs(Map.of("retention.ms", "604800000")));
        }
        admin.createTopics(topics).all().get();
        List<String> names = topics.stream().map(NewTopic::name).collect(Collectors.toList());
        while (!led(admin, names, partitions)) {
            pause("the new topics are not described with all their leaders");
        }
        System.out.printf("created %d topics%n", count);
    }

    /** Whether the brokers describe every topic with all its partitions, each with a leader. */
    private static boolean led(Admin admin, List<String> names, int partitions) throws Exception {
        Map<String, TopicDescription> described;
        try {
            described = admin.describeTopics(names).allTopicNames().get();
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof RetriableException) {
                return false;
            }
            throw failure;
        }
        return described.values().stream().allMatch(topic -> topic.partitions().size() == partitions
                && topic.partitions().stream().allMatch(one -> one.leader() != null && !one.leader().isEmpty()));
    }

    private static void delete(Admin admin, String prefix) throws Exception {
        List<String> names = listed(admin, prefix);
        try {
            admin.deleteTopics(names).all().get();
        } catch (ExecutionException failure) {
            if (!(failure.getCause() instanceof UnknownTopicOrPartitionException)) {
                throw failure;
            }
        }
        // Every broker is asked in turn by a new list; five empty ones mean that all have caught up.
        for (int empty = 0; empty < 5; empty = listed(admin, prefix).isEmpty() ? empty + 1 : 0) {
            pause("deleted topics are still listed");
        }
        System.out.printf("deleted %d topics%n", names.size());
    }

    private static void count(Admin admin, String topic) throws Exception {
        TopicDescription description = admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
        long records = offsets(admin, description, OffsetSpec.latest()) - offsets(admin, description, OffsetSpec.earliest());
        System.out.printf("%s holds %d records%n", topic, records);
    }

    private static void fill(Admin admin, String brokers, String prefix, int count) throws Exception {
        Map<String, Object> settings = Map.of("bootstrap.servers", brokers, "linger.ms", 20);
        byte[] value = new byte[100];
        List<Future<?>> written = new ArrayList<>();
        try (Producer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (TopicPartition partition : partitions(admin, prefix)) {
                for (int number = 0; number < count; number++) {
                    written.add(producer.send(new ProducerRecord<>(partition.topic(), partition.partition(), null, value)));
                }
            }
            for (Future<?> one : written) {
                one.get();
            }
        }
        System.out.printf("wrote %d records%n", written.size());
    }

    private static void groups(Admin admin, String prefix, int count, String topicsPrefix) throws Exception {
        List<String> topics = listed(admin, topicsPrefix);
        Map<String, List<TopicPartition>> partitions = partitions(admin, topicsPrefix).stream()
                .collect(Collectors.groupingBy(TopicPartition::topic));
        // So many at once that the answers of a call come within its time limit.
        int atOnce = 200;
        for (int from = 0; from < count; from += atOnce) {
            List<Future<Void>> committed = new ArrayList<>();
            for (int number = from; number < Math.min(count, from + atOnce); number++) {
                Map<TopicPartition, OffsetAndMetadata> commits = new HashMap<>();
                for (TopicPartition partition : partitions.get(topics.get(number % topics.size()))) {
                    commits.put(partition, new OffsetAndMetadata(number / topics.size()));
                }
                committed.add(admin.alterConsumerGroupOffsets(String.format("%s%04d", prefix, number), commits).all());
            }
            for (Future<Void> one : committed) {
                one.get();
            }
        }
        System.out.printf("%d groups committed%n", count);
    }

    private static void requests(Admin admin, String level) throws Exception {
        AlterConfigOp set = new AlterConfigOp(new ConfigEntry("kafka.request.logger", level), AlterConfigOp.OpType.SET);
        Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
        for (Node node : admin.describeCluster().nodes().get()) {
            changes.put(new ConfigResource(ConfigResource.Type.BROKER_LOGGER, node.idString()), List.of(set));
        }
        admin.incrementalAlterConfigs(changes).all().get();
        System.out.printf("%d brokers log requests at %s%n", changes.size(), level);
    }

    private static List<TopicPartition> partitions(Admin admin, String prefix) throws Exception {
        List<TopicPartition> partitions = new ArrayList<>();
        for (TopicDescription topic : admin.describeTopics(listed(admin, prefix)).allTopicNames().get().values()) {
            topic.partitions().forEach(one -> partitions.add(new TopicPartition(topic.name(), one.partition())));
        }
        return partitions;
    }

    private static long offsets(Admin admin, TopicDescription topic, OffsetSpec which) throws Exception {
        Map<TopicPartition, OffsetSpec> wanted = topic.partitions().stream()
                .collect(Collectors.toMap(one -> new TopicPartition(topic.name(), one.partition()), one -> which));
        return admin.listOffsets(wanted).all().get().values().stream().mapToLong(one -> one.offset()).sum();
    }

    private static List<String> listed(Admin admin, String prefix) throws Exception {
        return admin.listTopics().names().get().stream().filter(name -> name.startsWith(prefix)).sorted()
                .collect(Collectors.toList());
    }

    private static void pause(String trouble) throws InterruptedException {
        if (System.nanoTime() > DEADLINE) {
            throw new IllegalStateException(trouble);
        }
        Thread.sleep(20);
    }
}
