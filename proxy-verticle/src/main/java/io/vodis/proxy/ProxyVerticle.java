package io.vodis.proxy;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vodis.config.ListenAddress;
import io.vodis.proxy.process.ProcessView;
import io.vodis.redis.ServerAccess;
import java.time.Duration;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One data loop in its event loop: listens on the shared port, holds the loop's NetClient. */
final class ProxyVerticle extends VerticleBase {

  private static final Logger LOGGER = LoggerFactory.getLogger(ProxyVerticle.class);
  private static final int BACKLOG = 1024;
  private static final long TICK_MILLIS = 50;
  private static final long SESSION_TICK_MILLIS = 1000;

  private final ProxyConfig config;
  private final String clientName;
  private final ListenAddress address;
  private final DataLoop.Place place;
  private final ProcessView process;
  private @Nullable DataLoop loop;
  private @Nullable NetServer listener;
  // Held here: Vert.x closes the sockets of a NetClient that has been garbage collected.
  private @Nullable NetClient client;

  ProxyVerticle(
      ProxyConfig config,
      String clientName,
      ListenAddress address,
      DataLoop.Place place,
      ProcessView process) {
    this.config = config;
    this.clientName = clientName;
    this.address = address;
    this.place = place;
    this.process = process;
  }

  @Override
  public Future<?> start() {
    NetClientOptions options =
        new NetClientOptions()
            .setTcpNoDelay(true)
            .setConnectTimeout((int) config.backend().backendConnectTimeout().toMillis());
    ServerAccess.of(config.product()).tls().ifPresent(tls -> tls.applyTo(options));
    client = vertx.createNetClient(options);
    DataLoop data =
        new DataLoop(
            config,
            clientName,
            place,
            new DataLoop.Rim(
                EventLoops.executorOf(context),
                new NetConnector(
                    client, (int) config.backend().backendKeepalivePeriod().toSeconds()),
                System::nanoTime,
                new SplittableRandom(),
                process));
    loop = data;
    vertx.setPeriodic(TICK_MILLIS, id -> data.tick());
    vertx.setPeriodic(SESSION_TICK_MILLIS, id -> data.tickSessions());
    NetServer server =
        vertx.createNetServer(
            config
                .listen()
                .tls()
                .applyTo(new NetServerOptions().setTcpNoDelay(true).setAcceptBacklog(BACKLOG)));
    listener = server;
    return server.connectHandler(data::accept).listen(address.port(), address.host());
  }

  /** Reads the certificates of the clients' port anew; those at hand stay if that fails. */
  void renewCertificates(ClientTlsConfig tls) {
    run(
        data -> {
          NetServer server = listener;
          if (server != null && tls.isOn()) {
            server
                .updateSSLOptions(tls.options(), true)
                .onFailure(e -> LOGGER.warn("the certificates are not read anew", e));
          }
        });
  }

  /** Takes no new clients; those there are have that long to go. */
  void drain(Duration patience) {
    run(
        data -> {
          data.drain();
          NetServer server = listener;
          if (server != null) {
            server
                .shutdown(Math.max(1, patience.toMillis()), TimeUnit.MILLISECONDS)
                .onFailure(e -> LOGGER.debug("the port was closed already", e));
          }
        });
  }

  /** Runs {@code task} with this verticle's loop, on its event loop. */
  void run(Consumer<DataLoop> task) {
    Context on = context;
    on.runOnContext(v -> task.accept(Objects.requireNonNull(loop)));
  }

  @Override
  public Future<?> stop() {
    if (loop != null) {
      loop.close();
    }
    return Future.succeededFuture();
  }
}
