package io.vodis.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vodis.bus.ProxyCommand.FillSlots;
import io.vodis.model.SlotRange;
import io.vodis.model.SlotRoute;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The last table is in its file as soon as that is possible. */
class KeptTableTest {

  @TempDir private Path directory;
  private final AtomicLong atRest = new AtomicLong(-1);

  private static FillSlots table(long epoch) {
    return new FillSlots(1, epoch, List.of(new SlotRange(0, 1023, SlotRoute.OFFLINE)));
  }

  @Test
  void whatCouldNotBeWrittenIsWrittenWhenTheDiskIsMended() throws IOException {
    // Given a file in the place of the directory
    Path file = directory.resolve("tables/it.table.json");
    Files.writeString(file.getParent(), "");
    try (KeptTable kept = new KeptTable(file, "life-1", atRest::set)) {
      kept.keep(table(5));
      await().until(() -> kept.trouble().isPresent());
      assertThat(kept.trouble().orElseThrow()).contains("it.table.json cannot be written");
      assertThat(atRest).hasValue(-1);

      // When
      Files.delete(file.getParent());

      // Then
      await().until(() -> atRest.get() == 5);
      assertThat(kept.trouble()).isEmpty();
      assertThat(KeptTable.read(file)).contains(table(5));
      try (Stream<Path> left = Files.list(file.getParent())) {
        assertThat(left).containsExactly(file);
      }
    }
  }

  @Test
  void theLastTableIsWrittenAtTheEnd() {
    Path file = directory.resolve("it.table.json");
    try (KeptTable kept = new KeptTable(file, "life-1", atRest::set)) {
      kept.keep(table(5));
      kept.keep(table(6));
    }
    assertThat(KeptTable.read(file)).contains(table(6));
  }
}
