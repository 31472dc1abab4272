import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.TransactionalIdNotFoundException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The two things dev/cluster cannot do in the shell: format several storage folders in one JVM, and tell whether a
 * cluster really answers. Waiting is always bounded, and ends when the waiting process is gone.
 */
public final class Cluster {
    private static final String USAGE = String.join("\n",
            "format CLUSTER-ID SERVER-PROPERTIES...",
            "ready BROKERS COUNT SECONDS WAITING-PID [registry=URL] [new] [ca=FILE secure=LIST] [user=NAME:FILE]...",
            "unfenced BROKERS ID SECONDS WAITING-PID",
            "registry URL 0 SECONDS WAITING-PID");

    /** What is not so yet; the last one seen is what a missed deadline reports. */
    private static final class NotYet extends Exception {
        private static final long serialVersionUID = 1;

        NotYet(String reason) {
            super(reason);
        }
    }

    private interface Check {
        void run() throws Exception;
    }

    private final String brokers;
    private final long deadline;
    private final long waitingPid;

    private Cluster(String brokers, long seconds, long waitingPid) {
        this.brokers = brokers;
        this.deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        this.waitingPid = waitingPid;
    }

    public static void main(String[] args) throws Exception {
        if (args.length >= 3 && args[0].equals("format")) {
            System.exit(format(args[1], Arrays.asList(args).subList(2, args.length)));
        }
        if (args.length < 5) {
            System.err.println(USAGE);
            System.exit(2);
        }
        Cluster cluster = new Cluster(args[1], Long.parseLong(args[3]), Long.parseLong(args[4]));
        int number = Integer.parseInt(args[2]);
        try {
            if (args[0].equals("ready")) {
                cluster.ready(number, Arrays.asList(args).subList(5, args.length));
            } else if (args[0].equals("registry")) {
                cluster.await(() -> registryAnswers(args[1]));
            } else {
                cluster.unfenced(number);
            }
        } catch (NotYet late) {
            System.err.println("not ready: " + late.getMessage());
            System.exit(1);
        }
        // Clients close slowly when a broker is silent; there is nothing left to lose.
        Runtime.getRuntime().halt(0);
    }

    private static int format(String clusterId, List<String> files) {
        for (String file : files) {
            int status = kafka.tools.StorageTool.execute(
                    new String[] {"format", "--cluster-id", clusterId, "--config", file}, System.out);
            if (status != 0) {
                return status;
            }
        }
        return 0;
    }

    private void ready(int count, List<String> options) throws Exception {
        Admin admin = Admin.create(clientSettings(brokers));
        await(() -> expectBrokers(admin, IntStream.rangeClosed(1, count).boxed().collect(Collectors.toSet())));
        await(() -> groupsAnswer(admin));
        await(() -> transactionsAnswer(admin));
        if (options.contains("new")) {
            await(this::transactionBegins);
        }
        Map<String, String> users = new HashMap<>();
        String ca = null;
        for (String option : options) {
            String value = option.substring(option.indexOf('=') + 1);
            if (option.startsWith("registry=")) {
                await(() -> registryAnswers(value));
            } else if (option.startsWith("user=")) {
                users.put(value.substring(0, value.indexOf(':')), read(value.substring(value.indexOf(':') + 1)));
            } else if (option.startsWith("ca=")) {
                ca = value;
            }
        }
        if (!users.isEmpty()) {
            await(() -> setPasswords(admin, users));
        }
        for (String option : options) {
            if (option.startsWith("secure=")) {
                for (String broker : option.substring("secure=".length()).split(",")) {
                    String caFile = ca;
                    await(() -> secureAnswers(broker, caFile, users.get("admin")));
                }
            }
        }
    }

    private void unfenced(int id) throws Exception {
        Admin admin = Admin.create(clientSettings(brokers));
        await(() -> {
            if (!liveBrokers(admin).contains(id)) {
                throw new NotYet("broker " + id + " is not registered, or fenced");
            }
        });
    }

    /** Repeats a check until it passes; a check that fails with a client's error is not passed yet. */
    private void await(Check check) throws Exception {
        while (true) {
            String reason;
            try {
                check.run();
                return;
            } catch (NotYet notYet) {
                reason = notYet.getMessage();
            } catch (ExecutionException | TimeoutException | IOException | RuntimeException error) {
                Throwable cause = error instanceof ExecutionException ? error.getCause() : error;
                reason = cause.getClass().getSimpleName() + ": " + cause.getMessage();
            }
            if (System.nanoTime() > deadline) {
                throw new NotYet(reason);
            }
            if (ProcessHandle.of(waitingPid).isEmpty()) {
                throw new NotYet("nobody waits any more");
            }
            Thread.sleep(100);
        }
    }

    private static void expectBrokers(Admin admin, Set<Integer> expected) throws Exception {
        Set<Integer> missing = new TreeSet<>(expected);
        missing.removeAll(liveBrokers(admin));
        if (!missing.isEmpty()) {
            throw new NotYet("brokers not registered, or fenced: " + missing);
        }
    }

    /** The brokers that metadata names; it leaves fenced ones out. */
    private static Set<Integer> liveBrokers(Admin admin) throws Exception {
        return get(admin.describeCluster().nodes()).stream().map(Node::id).collect(Collectors.toSet());
    }

    /** Asks for one unknown group per partition of the offsets topic; the first call makes Kafka create that topic. */
    private static void groupsAnswer(Admin admin) throws Exception {
        get(admin.listConsumerGroupOffsets(idOfPartition(0, 1)).partitionsToOffsetAndMetadata());
        int partitions = settledPartitions(admin, "__consumer_offsets");
        Map<String, ListConsumerGroupOffsetsSpec> groups = new HashMap<>();
        for (String group : idsOfAllPartitions(partitions)) {
            groups.put(group, new ListConsumerGroupOffsetsSpec());
        }
        get(admin.listConsumerGroupOffsets(groups).all());
    }

    /** As for groups: every coordinator has loaded its part when it knows that an id is unknown. */
    private static void transactionsAnswer(Admin admin) throws Exception {
        expectUnknown(admin, List.of(idOfPartition(0, 1)));
        expectUnknown(admin, idsOfAllPartitions(settledPartitions(admin, "__transaction_state")));
    }

    private static void expectUnknown(Admin admin, List<String> ids) throws Exception {
        var answers = admin.describeTransactions(ids);
        for (String id : ids) {
            try {
                get(answers.description(id));
            } catch (ExecutionException error) {
                if (!(error.getCause() instanceof TransactionalIdNotFoundException)) {
                    throw error;
                }
            }
        }
    }

    private static int settledPartitions(Admin admin, String topic) throws Exception {
        TopicDescription description = get(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic);
        for (TopicPartitionInfo partition : description.partitions()) {
            if (partition.leader() == null || partition.isr().size() < partition.replicas().size()) {
                throw new NotYet(topic + "-" + partition.partition() + " has no leader, or replicas behind it");
            }
        }
        return description.partitions().size();
    }

    private static List<String> idsOfAllPartitions(int partitions) {
        return IntStream.range(0, partitions).mapToObj(partition -> idOfPartition(partition, partitions))
                .collect(Collectors.toList());
    }

    /** Kafka places a group or transactional id by its Java hash code. */
    private static String idOfPartition(int partition, int partitions) {
        for (int i = 0;; i++) {
            String id = "eventctl-dev-" + i;
            if ((id.hashCode() & 0x7fffffff) % partitions == partition) {
                return id;
            }
        }
    }

    private void transactionBegins() throws NotYet {
        Properties settings = clientSettings(brokers);
        settings.put("transactional.id", "eventctl-dev-ready");
        settings.put("max.block.ms", "5000");
        KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        try {
            producer.initTransactions();
        } finally {
            producer.close(Duration.ZERO);
        }
    }

    private static void registryAnswers(String url) throws Exception {
        HttpURLConnection connection = (HttpURLConnection) URI.create(url + "/subjects").toURL().openConnection();
        connection.setConnectTimeout(2000);
        connection.setReadTimeout(5000);
        int status = connection.getResponseCode();
        if (status != 200) {
            throw new NotYet("the registry answers HTTP " + status);
        }
    }

    private static void setPasswords(Admin admin, Map<String, String> users) throws Exception {
        List<UserScramCredentialAlteration> changes = new ArrayList<>();
        users.forEach((name, password) -> changes.add(new UserScramCredentialUpsertion(
                name, new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096), password)));
        get(admin.alterUserScramCredentials(changes).all());
    }

    private static void secureAnswers(String broker, String caFile, String password) throws Exception {
        Properties settings = clientSettings(broker);
        settings.put("security.protocol", "SASL_SSL");
        settings.put("sasl.mechanism", "SCRAM-SHA-512");
        settings.put("sasl.jaas.config", "org.apache.kafka.common.security.scram.ScramLoginModule required"
                + " username=\"admin\" password=\"" + password + "\";");
        settings.put("ssl.truststore.type", "PEM");
        settings.put("ssl.truststore.location", caFile);
        try (Admin admin = Admin.create(settings)) {
            liveBrokers(admin);
        }
    }

    private static Properties clientSettings(String brokers) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", brokers);
        settings.put("request.timeout.ms", "4000");
        settings.put("default.api.timeout.ms", "5000");
        settings.put("reconnect.backoff.max.ms", "200");
        return settings;
    }

    private static <T> T get(org.apache.kafka.common.KafkaFuture<T> future) throws Exception {
        return future.get(10, TimeUnit.SECONDS);
    }

    private static String read(String file) throws IOException {
        return Files.readString(Path.of(file)).trim();
    }
}
