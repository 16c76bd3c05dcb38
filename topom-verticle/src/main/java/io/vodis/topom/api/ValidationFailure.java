package io.vodis.topom.api;

import io.vertx.json.schema.OutputUnit;
import io.vertx.openapi.validation.SchemaValidationException;
import io.vertx.openapi.validation.ValidatorErrorType;
import io.vertx.openapi.validation.ValidatorException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What the OpenAPI validator found, in words that name the field and the reason. */
record ValidationFailure(int status, String code, String message) {

  private static final Pattern PARAMETER = Pattern.compile("^The value of \\w+ parameter (\\S+) ");
  private static final Pattern QUOTED = Pattern.compile("\"([^\"]*)\"");
  private static final Pattern TYPE =
      Pattern.compile("Instance type (\\w+) is invalid\\. Expected (.+)");

  static ValidationFailure of(ValidatorException failure) {
    if (failure.type() == ValidatorErrorType.UNSUPPORTED_VALUE_FORMAT) {
      return new ValidationFailure(
          415, "UNSUPPORTED_MEDIA_TYPE", "send the body with Content-Type: application/json");
    }
    String message = String.valueOf(failure.getMessage());
    if (failure instanceof SchemaValidationException schema) {
      message = reasons(schema.getOutputUnit(), message);
    }
    return new ValidationFailure(400, "INVALID", message);
  }

  /**
   * One reason per field, the first: a field of the wrong type is reported as unknown too, later.
   */
  private static String reasons(OutputUnit output, String message) {
    Matcher parameter = PARAMETER.matcher(message);
    String root = parameter.find() ? parameter.group(1) : "body";
    Map<String, String> reasons = new LinkedHashMap<>();
    List<OutputUnit> errors = output.getErrors();
    for (OutputUnit error : errors == null ? List.<OutputUnit>of() : errors) {
      String reason = error.getError();
      switch (keyword(error)) {
        case "properties", "$ref", "items" -> {
          // Only says that there is an error below.
        }
        case "required" -> reasons.putIfAbsent(quoted(reason), "is missing");
        case "additionalProperties" -> reasons.putIfAbsent(quoted(reason), "unknown field");
        default -> reasons.putIfAbsent(field(error.getInstanceLocation(), root), readable(reason));
      }
    }
    return reasons.isEmpty()
        ? message
        : reasons.entrySet().stream()
            .map(entry -> entry.getKey() + ": " + entry.getValue())
            .collect(Collectors.joining("; "));
  }

  private static String readable(String reason) {
    Matcher type = TYPE.matcher(reason);
    return type.matches() ? "expected " + type.group(2) + ", got " + type.group(1) : reason;
  }

  private static String quoted(String reason) {
    Matcher name = QUOTED.matcher(reason);
    return name.find() ? name.group(1) : reason;
  }

  /** {@code #/groupId} is the field groupId, {@code #} the whole body or parameter. */
  private static String field(String location, String root) {
    return location.length() > 2 ? location.substring(2).replace('/', '.') : root;
  }

  private static String keyword(OutputUnit error) {
    String location = error.getKeywordLocation();
    return location == null ? "" : location.substring(location.lastIndexOf('/') + 1);
  }
}
