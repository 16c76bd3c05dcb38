package io.vodis.launcher.demo;

import io.vodis.lifecycle.CommandLines;
import io.vodis.lifecycle.ProcessScope;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code vodis demo}. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Runs a whole product on this machine: ZooKeeper, Redis servers and all roles.",
      "Ctrl-C ends everything it started."
    })
public final class DemoCommand implements Callable<Integer> {

  @Mixin private DemoOptions options = new DemoOptions();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    options.check();
    PrintWriter out = CommandLines.out(spec);
    try (ProcessScope scope = new ProcessScope()) {
      Banner banner = Demo.start(options, scope);
      out.print(banner.text());
      out.flush();
      scope.holdForever();
    }
    return 0;
  }
}
