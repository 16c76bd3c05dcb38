package io.vodis.it;

import io.vodis.model.HostAndPort;
import io.vodis.model.Role;
import io.vodis.testsupport.JavaProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A role in a JVM of its own, started by the main class of its fat jar. */
final class ChildMember implements ClusterMember {

  private static final Logger LOGGER = LoggerFactory.getLogger(ChildMember.class);
  private static final Duration START_TIMEOUT = Duration.ofSeconds(120);
  private static final String UP = " is up on ";

  private final Role role;
  private final MemberSettings settings;
  private final JavaProcess process;
  private int starts = 1;

  /** Launches the JVM; {@link #awaitUp} waits, so that several start at the same time. */
  ChildMember(Role role, MemberSettings settings, List<String> jvmFlags) {
    this.role = role;
    this.settings = settings;
    List<String> arguments = new ArrayList<>();
    settings.keys().forEach((key, value) -> arguments.addAll(List.of("--set", key + "=" + value)));
    process = JavaProcess.ofClass(mainClass(role), jvmFlags, arguments);
  }

  private static String mainClass(Role role) {
    return switch (role) {
      case PROXY -> "io.vodis.proxy.ProxyMain";
      case TOPOM -> "io.vodis.topom.TopomMain";
      case HA -> "io.vodis.ha.HaMain";
      case METRICS -> "io.vodis.metrics.MetricsMain";
    };
  }

  void awaitUp() {
    process.awaitOutput(UP, starts, START_TIMEOUT);
  }

  @Override
  public Role role() {
    return role;
  }

  @Override
  public HostAndPort address() {
    return settings.address();
  }

  @Override
  public HostAndPort adminAddress() {
    return settings.adminAddress();
  }

  @Override
  public void stop() {
    process.stop();
  }

  @Override
  public void restart() {
    process.restart();
    starts++;
    awaitUp();
  }

  @Override
  public void kill() {
    process.kill();
  }

  @Override
  public void pause() {
    process.pause();
  }

  @Override
  public void resume() {
    process.resume();
  }

  @Override
  public long pid() {
    return process.pid();
  }

  /** Everything it has written. */
  String output() {
    return process.output();
  }

  @Override
  public void close() {
    LOGGER.debug("output of {} {}:\n{}", role, settings.address(), process.output());
    process.close();
  }
}
