package io.vodis.topom.api;

/** The status and the view that answer a call. */
record Answer(int status, Object view) {

  static Answer ok(Object view) {
    return new Answer(200, view);
  }

  static Answer created(Object view) {
    return new Answer(201, view);
  }
}
