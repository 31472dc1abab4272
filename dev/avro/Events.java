package oracle;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The event schemas of this repository. */
record Events(List<Event> all) {
    record Event(String name, JsonNode schema) {}

    static Events read(Path folder) throws IOException {
        List<Event> events = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".avsc")).sorted().toList()) {
                String name = folder.relativize(file).toString().replace(".avsc", "");
                events.add(new Event(name, Build.MAPPER.readTree(file.toFile())));
            }
        }
        return new Events(events);
    }

    Stream<JsonNode> schemas() {
        return all.stream().map(Event::schema);
    }
}
