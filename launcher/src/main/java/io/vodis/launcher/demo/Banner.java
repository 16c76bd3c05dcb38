package io.vodis.launcher.demo;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What the user is told once the demo is up. */
record Banner(DemoOptions options, DemoDirectory directory, DemoSettings settings) {

  private static final String HOST = "127.0.0.1";
  private static final int HTTP_PORT_DEFAULT = 18080;

  String text() {
    return """

        Vodis is up. Ctrl-C ends it and everything it has started.

          Redis clients   %s
          HTTP API        http://%s:%d/api/v1/
          Metrics         http://%s:%d/metrics
          Data and log    %s%s
          Admin token     %s

        To try, in another terminal:

        %s
        """
        .formatted(
            proxyAddresses(),
            HOST,
            options.httpPort,
            HOST,
            options.metricsPort,
            directory.root(),
            directory.temporary() ? " (removed at the end; keep it with --data DIR)" : "",
            directory.tokenFile(),
            commands().stream().map(line -> "  " + line).collect(Collectors.joining("\n")));
  }

  private String proxyAddresses() {
    return IntStream.range(0, options.proxies)
        .mapToObj(i -> HOST + ":" + (options.proxyPort + i))
        .collect(Collectors.joining(", "));
  }

  private List<String> commands() {
    // Without a directory of its own, the admin command finds the token of the latest demo by
    // itself.
    String token = directory.temporary() ? "" : " --token-file " + directory.root();
    String topom =
        options.httpPort == HTTP_PORT_DEFAULT ? "" : " --topom " + HOST + ":" + options.httpPort;
    String admin = "./vodis admin" + topom;
    List<String> commands = new ArrayList<>();
    commands.add("redis-cli -p " + options.proxyPort + " set greeting hello");
    commands.add("redis-cli -p " + options.proxyPort + " get greeting");
    commands.add(admin + " overview");
    if (settings.groups() > 1) {
      commands.add(admin + token + " slots migrate 0-511 --group 2 --wait");
      commands.add(admin + token + " rebalance --confirm --wait");
    }
    if (settings.replicas() > 0) {
      Path pid = directory.redis(settings.portsOf(1).getFirst()).resolve("pid");
      commands.add("kill -9 $(cat " + pid + ")    # a primary; its replica takes over");
    }
    return commands;
  }
}
