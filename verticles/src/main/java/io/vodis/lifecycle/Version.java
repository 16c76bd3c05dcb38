package io.vodis.lifecycle;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** Version of this build, as the jar's manifest says. */
public final class Version implements IVersionProvider {

  /** The version; {@code development} outside a jar. */
  public static String text() {
    return Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
        .orElse("development");
  }

  @Override
  public String[] getVersion() {
    return new String[] {"vodis " + text() + " (java " + Runtime.version() + ")"};
  }
}
