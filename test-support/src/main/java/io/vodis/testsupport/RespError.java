package io.vodis.testsupport;

/** An error reply, without its leading {@code -}. A value, so that tests can compare it. */
public record RespError(String message) {}
