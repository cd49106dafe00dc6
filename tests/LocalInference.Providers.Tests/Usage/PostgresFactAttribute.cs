namespace LocalInference.Providers.Tests;

/// <summary>A test that needs a Postgres to write to: <c>LOCALINFERENCE_TEST_POSTGRES</c> is its connection string.</summary>
internal sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute() => Skip = Connection is null ? "Set LOCALINFERENCE_TEST_POSTGRES to the connection string of a Postgres that may be written to." : null;

    public static string? Connection => Environment.GetEnvironmentVariable("LOCALINFERENCE_TEST_POSTGRES") is { Length: > 0 } text ? text : null;
}
