package io.vodis.testsupport.workload;

import java.util.List;

/** Which errors say that the command was not carried out. All others leave that open. */
final class Errors {

  private static final List<String> NOT_DONE =
      List.of(
          "TRYAGAIN ",
          "CLUSTERDOWN ",
          "LOADING ",
          "READONLY ",
          "MASTERDOWN ",
          "NOAUTH ",
          "CROSSSLOT ",
          "WRONGTYPE ",
          "ERR unknown command",
          "ERR wrong number of arguments");

  private Errors() {}

  static boolean meansNotDone(String message) {
    return NOT_DONE.stream().anyMatch(message::startsWith);
  }
}
