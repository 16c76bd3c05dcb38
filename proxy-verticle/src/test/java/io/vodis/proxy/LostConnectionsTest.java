package io.vodis.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.vodis.model.SlotRange;
import io.vodis.model.SlotRoute;
import io.vodis.proxy.route.RouteTable;
import io.vodis.slot.SlotHash;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A request that was given up may still be executed, until its server has closed its connection.
 */
class LostConnectionsTest {

  private static final Duration TOO_LONG = Duration.ofSeconds(31);
  private static final SlotRoute FENCED = new SlotRoute.Fenced(LoopFixture.LOWER, false);

  private final LoopFixture fixture = new LoopFixture(Configs.listening("127.0.0.1:0", 1));
  private boolean confirmed;

  /** A write to the lower server that is never answered. */
  @BeforeEach
  void giveUp() {
    EmbeddedChannel client = fixture.session();
    fixture.deliver(client, LoopFixture.request("SET", keyBelow(512), "v"));
    EmbeddedChannel server = fixture.connect(LoopFixture.LOWER);
    assertThat(LoopFixture.written(server)).contains("SET");
    fixture.pass(TOO_LONG);
    tick();
    assertThat(LoopFixture.written(client)).contains("may have been executed");
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private static String keyBelow(int slot) {
    for (int i = 0; ; i++) {
      if (SlotHash.slotOf(("k" + i).getBytes(StandardCharsets.US_ASCII)) < slot) {
        return "k" + i;
      }
    }
  }

  private void tick() {
    fixture.loop.tick();
    fixture.iterate();
  }

  private void install(long epoch, SlotRoute low) {
    confirmed = false;
    fixture.loop.install(
        new RouteTable(
            epoch,
            List.of(
                new SlotRange(0, 511, low),
                new SlotRange(512, 1023, LoopFixture.serving(LoopFixture.UPPER)))),
        () -> confirmed = true);
    fixture.iterate();
  }

  private static String bulk(String text) {
    return "$" + text.length() + "\r\n" + text + "\r\n";
  }

  @Test
  void aSlotLeavesAServerWhenTheServerHasClosedTheConnection() {
    install(10, FENCED);
    assertThat(confirmed).isFalse();
    fixture.pass(Duration.ofSeconds(1));
    tick();
    EmbeddedChannel asking = fixture.connect(LoopFixture.LOWER);
    assertThat(LoopFixture.written(asking)).contains("LIST");
    fixture.deliver(
        asking,
        bulk("id=7 addr=a:1 name=vodis:proxy:test:0.1 db=0 cmd=set\nid=8 name=x db=0 cmd=get\n"));
    assertThat(LoopFixture.written(asking)).contains("KILL").contains("7").doesNotContain("8\r\n$");
    assertThat(confirmed).isFalse();
    fixture.deliver(asking, "+OK\r\n");
    assertThat(confirmed).isTrue();
  }

  /** The shared connection works meanwhile, so that nothing else tells that the server is there. */
  @Test
  void theServerIsAskedAgainAfterAConnectionThatCouldNotBeMade() {
    EmbeddedChannel client = fixture.session();
    fixture.deliver(client, LoopFixture.request("GET", keyBelow(512)));
    fixture.refuse(LoopFixture.LOWER, "the first look");
    EmbeddedChannel shared = fixture.connect(LoopFixture.LOWER);
    fixture.deliver(shared, "$-1\r\n");
    install(10, FENCED);
    fixture.pass(Duration.ofSeconds(1));
    tick();
    fixture.pass(Duration.ofSeconds(3));
    tick();
    fixture.refuse(LoopFixture.LOWER, "nobody waits for this attempt any more");
    fixture.pass(Duration.ofSeconds(2));
    tick();
    EmbeddedChannel asking = fixture.connect(LoopFixture.LOWER);
    assertThat(LoopFixture.written(asking)).contains("LIST");
    fixture.deliver(asking, bulk(""));
    assertThat(confirmed).isTrue();
  }

  @Test
  void aServerThatIsGivenUpForDeadIsNotWaitedFor() {
    install(10, new SlotRoute.Fenced(LoopFixture.LOWER, true));
    assertThat(confirmed).isTrue();
  }

  @Test
  void aFenceThatIsReleasedWaitsForNothing() {
    install(10, FENCED);
    assertThat(confirmed).isFalse();
    install(11, LoopFixture.serving(LoopFixture.LOWER));
    assertThat(confirmed).isTrue();
  }

  /** What the network has kept from it may arrive when it is a primary again. */
  @Test
  void aServerThatLeavesTheTableAndComesBackIsAskedThen() {
    install(10, new SlotRoute.Fenced(LoopFixture.LOWER, true));
    install(11, LoopFixture.serving(LoopFixture.UPPER));
    assertThat(confirmed).as("nobody waits for what is dead").isTrue();
    fixture.refuse(LoopFixture.LOWER, "the attempt of before");
    install(12, LoopFixture.serving(LoopFixture.LOWER));
    assertThat(confirmed).isTrue();

    install(13, FENCED);
    assertThat(confirmed).isFalse();
    fixture.pass(Duration.ofSeconds(1));
    tick();
    EmbeddedChannel asking = fixture.connect(LoopFixture.LOWER);
    assertThat(LoopFixture.written(asking)).contains("LIST");
    fixture.deliver(asking, bulk("id=7 addr=a:1 name=vodis:proxy:test:0.1 db=0 cmd=set\n"));
    assertThat(LoopFixture.written(asking)).contains("KILL");
    fixture.deliver(asking, "+OK\r\n");
    assertThat(confirmed).isTrue();
  }
}
