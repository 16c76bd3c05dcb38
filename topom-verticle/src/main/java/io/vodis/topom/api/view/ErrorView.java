package io.vodis.topom.api.view;

/** Why something was not done: a code for programs and one line for people. */
public record ErrorView(String code, String message) {}
