package io.vodis.topom.resync;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vodis.bus.BusReply.Released;
import io.vodis.lifecycle.MemberIdentity;
import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.Role;
import io.vodis.store.Leadership;
import io.vodis.store.Registration;
import io.vodis.store.Witnesses;
import io.vodis.testsupport.InMemoryStoreServer;
import io.vodis.testsupport.InMemoryTopologyStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServingProxiesTest {

  private final InMemoryStoreServer server = new InMemoryStoreServer("p");
  private final InMemoryTopologyStore store = server.client();
  private final InMemoryTopologyStore ofProxy = server.client();
  private final Member topom = member(Role.TOPOM, 1);
  private final Leadership leadership = store.tryLead(topom).orElseThrow();
  private final Member proxy = member(Role.PROXY, 2);
  private final Member first = member(Role.HA, 3);
  private final Member second = member(Role.HA, 4);
  private final Registration registration = ofProxy.register(proxy);
  private final Map<String, Long> waits = new HashMap<>();
  private final List<String> asked = new ArrayList<>();
  private final ServingProxies serving = new ServingProxies(store, leadership, this::ask);

  private static Member member(Role role, int port) {
    HostAndPort address = new HostAndPort("h", port);
    return MemberIdentity.starting(role, "p", address, address, "");
  }

  private Future<Released> ask(Member witness, Witnesses named) {
    asked.add(witness.incarnation());
    Long wait = waits.get(witness.incarnation());
    return wait == null
        ? Future.failedFuture("no answer")
        : Future.succeededFuture(new Released(witness.incarnation(), wait));
  }

  @Test
  void whoIsAliveIsAskedAboutByNobody() {
    registration.nameWitnesses(List.of(topom));
    assertThat(serving.get()).containsExactly(proxy);
    assertThat(asked).isEmpty();
  }

  @Test
  void whoHasNamedNobodyIsGoneWithItsSession() {
    ofProxy.expireSession();
    assertThat(serving.get()).isEmpty();
  }

  @Test
  void whoMayBeVouchedForIsWaitedFor() {
    // Given
    registration.nameWitnesses(List.of(topom, first, second));
    ofProxy.expireSession();
    waits.put(topom.incarnation(), 0L);
    waits.put(first.incarnation(), 700L);

    // When Then
    assertThat(serving.get()).containsExactly(proxy);
    assertThat(store.witnesses()).hasSize(1);

    // When its word has ended
    waits.put(first.incarnation(), 0L);

    // Then
    assertThat(serving.get()).isEmpty();
    assertThat(store.witnesses()).isEmpty();
  }

  @Test
  void aWitnessThatWasStartedAgainAnswersForItsPredecessor() {
    // Given
    registration.nameWitnesses(List.of(first));
    ofProxy.expireSession();
    Member successor = member(Role.HA, 3);
    Registration unused = store.register(successor);
    waits.put(successor.incarnation(), 0L);

    // When Then
    assertThat(serving.get()).isEmpty();
    assertThat(asked).containsExactly(successor.incarnation());
  }

  /** It may stand still somewhere, and go on with its old table. */
  @Test
  void thePredecessorOfAProxyThatWasStartedAgainIsPassedOverByTheSameRule() {
    // Given
    registration.nameWitnesses(List.of(first));
    ofProxy.expireSession();
    Member successor = member(Role.PROXY, 2);
    Registration unused = ofProxy.register(successor);

    // When Then
    assertThat(serving.get()).containsExactly(successor, proxy);
    waits.put(first.incarnation(), 0L);
    assertThat(serving.get()).containsExactly(successor);
  }
}
