package io.firmament.graphql;

import graphql.GraphQLContext;
import graphql.execution.CoercedVariables;
import graphql.language.IntValue;
import graphql.language.StringValue;
import graphql.language.Value;
import graphql.schema.Coercing;
import graphql.schema.CoercingParseLiteralException;
import graphql.schema.CoercingParseValueException;
import graphql.schema.CoercingSerializeException;
import graphql.schema.GraphQLScalarType;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The scalars that GraphQL itself does not have.
final class Scalars {
  /// Years beyond these are no dates that anybody means.
  private static final Instant EARLIEST = Instant.parse("1900-01-01T00:00:00Z");

  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

  private Scalars() {}

  static GraphQLScalarType dateTime() {
    return GraphQLScalarType.newScalar().name("DateTime").coercing(new DateTime()).build();
  }

  static GraphQLScalarType whole() {
    return GraphQLScalarType.newScalar().name("Long").coercing(new Whole()).build();
  }

  /// RFC 3339 text.
  private static final class DateTime implements Coercing<Instant, String> {
    @Override
    public String serialize(Object result, GraphQLContext context, Locale locale) {
      if (result instanceof Instant instant) {
        return instant.toString();
      }
      throw new CoercingSerializeException("not an instant: " + result.getClass());
    }

    @Override
    public Instant parseValue(Object input, GraphQLContext context, Locale locale) {
      if (input instanceof String text) {
        Instant instant = parse(text);
        if (instant != null) {
          return instant;
        }
      }
      throw new CoercingParseValueException("DateTime is text like 2026-01-31T12:00:00Z");
    }

    @Override
    public Instant parseLiteral(
        Value<?> input, CoercedVariables variables, GraphQLContext context, Locale locale) {
      if (input instanceof StringValue text) {
        Instant instant = parse(text.getValue());
        if (instant != null) {
          return instant;
        }
      }
      throw new CoercingParseLiteralException("DateTime is text like 2026-01-31T12:00:00Z");
    }

    private static @Nullable Instant parse(@Nullable String text) {
      if (text == null || text.length() > 40) {
        return null;
      }
      try {
        Instant instant = OffsetDateTime.parse(text).toInstant();
        return instant.isBefore(EARLIEST) || instant.isAfter(LATEST) ? null : instant;
      } catch (DateTimeException e) {
        return null;
      }
    }
  }

  /// A whole number of 64 bits.
  private static final class Whole implements Coercing<Long, Long> {
    @Override
    public Long serialize(Object result, GraphQLContext context, Locale locale) {
      if (result instanceof Long || result instanceof Integer) {
        return ((Number) result).longValue();
      }
      throw new CoercingSerializeException("not a whole number: " + result.getClass());
    }

    @Override
    public Long parseValue(Object input, GraphQLContext context, Locale locale) {
      return switch (input) {
        case Integer number -> number.longValue();
        case Long number -> number;
        case BigInteger number when number.bitLength() < Long.SIZE -> number.longValue();
        default -> throw new CoercingParseValueException("Long is a whole number of 64 bits");
      };
    }

    @Override
    public Long parseLiteral(
        Value<?> input, CoercedVariables variables, GraphQLContext context, Locale locale) {
      if (input instanceof IntValue number && number.getValue().bitLength() < Long.SIZE) {
        return number.getValue().longValue();
      }
      throw new CoercingParseLiteralException("Long is a whole number of 64 bits");
    }
  }
}
