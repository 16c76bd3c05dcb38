package io.vodis.topom;

import io.vodis.bus.MetricsPublisher;
import io.vodis.cluster.ClusterNode;
import io.vodis.cluster.VouchPage;
import io.vodis.cluster.WitnessService;
import io.vodis.config.ListenAddress;
import io.vodis.lifecycle.Clock;
import io.vodis.lifecycle.ConfigReload;
import io.vodis.lifecycle.MemberIdentity;
import io.vodis.lifecycle.OpenedParts;
import io.vodis.lifecycle.Periodic;
import io.vodis.lifecycle.RunningRole;
import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.Role;
import io.vodis.redis.ServerAccess;
import io.vodis.redis.VertxRedisAdmin;
import io.vodis.store.Registration;
import io.vodis.store.StoreException;
import io.vodis.topom.api.AdminApi;
import io.vodis.topom.api.AdminApiConfig;
import io.vodis.topom.census.SampleCounts;
import io.vodis.topom.election.LeaderElection;
import io.vodis.topom.election.LeaderServices;
import io.vodis.topom.election.TopomContext;
import io.vodis.topom.election.VertxLeaderBus;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A topom: registers, serves the admin API, and leads whenever nobody else does. Any number may
 * run.
 */
public final class TopomRole implements RunningRole {

  private static final Logger LOGGER = LoggerFactory.getLogger(TopomRole.class);

  private final OpenedParts parts = new OpenedParts("topom");
  private final ConfigReload<TopomConfig> configuration;
  private final Member member;
  private final TopomService service;
  private volatile @Nullable LeaderElection election;

  private TopomRole(ClusterNode node, TopomConfig given) {
    TopomConfig config = given.in(node.product(), node.coordinator());
    configuration = ConfigReload.ofLogLevel(TopomConfig.class, config);
    try {
      LongAdder movedKeys = new LongAdder();
      SampleCounts samples = new SampleCounts();
      ProductCache cache = parts.open(ProductCache.start(node.store()));
      service =
          new ElectedTopomService(node.store(), cache, config.migration().limits(), this::leading);
      ListenAddress listen = ListenAddress.parse("admin_addr", config.admin().adminAddr());
      VouchPage vouch = new VouchPage(config.product());
      AdminApi api =
          parts.open(
              AdminApi.start(
                  node.vertx(),
                  service,
                  new AdminApiConfig(listen.host(), listen.port(), config.admin().adminToken()),
                  vouch::addTo));
      String host = listen.isWildcard() ? node.advertisedHost() : listen.host();
      HostAndPort address = new HostAndPort(host, api.port());
      member =
          MemberIdentity.starting(
              Role.TOPOM,
              config.product().productName(),
              address,
              address,
              config.admin().datacenter());
      Registration registration = parts.open(node.store().register(member));
      parts.open(
          Periodic.start(
              "topom-registration", WitnessService.renewPeriod(node), () -> renew(registration)));
      parts.open(WitnessService.start(node, registration, vouch));
      ServerAccess access = ServerAccess.of(config.product());
      TopomContext context =
          new TopomContext(
              new VertxLeaderBus(node.vertx(), config.product().productName()),
              node.store(),
              config,
              Clock.SYSTEM,
              name -> new VertxRedisAdmin(node.vertx(), access, name),
              movedKeys,
              samples);
      LeaderElection elected = parts.open(LeaderElection.start(context, member));
      election = elected;
      parts.open(
          node.store()
              .watch(
                  () -> {
                    elected.onStoreChange();
                    cache.wake();
                  }));
      parts.open(
          MetricsPublisher.start(
              node.vertx(),
              config.product().productName(),
              member,
              () -> TopomSamples.of(service.view(), movedKeys.sum(), samples)));
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Starts a topom; blocks until its admin API listens. */
  public static TopomRole start(ClusterNode node, TopomConfig config) {
    return new TopomRole(node, config);
  }

  @Override
  public Member member() {
    return member;
  }

  @Override
  public ConfigReload<TopomConfig> configuration() {
    return configuration;
  }

  /** The service behind the admin API, for roles of the same process. */
  public TopomService service() {
    return service;
  }

  /** Ends everything, the last started first; gives up the lead so that another can take over. */
  @Override
  public void close() {
    parts.close();
  }

  private Optional<LeaderServices> leading() {
    LeaderElection present = election;
    return present == null ? Optional.empty() : present.leading();
  }

  private static void renew(Registration registration) {
    try {
      registration.renewLease();
    } catch (StoreException e) {
      LOGGER.debug("the registration could not be renewed: {}", e.getMessage());
    }
  }
}
