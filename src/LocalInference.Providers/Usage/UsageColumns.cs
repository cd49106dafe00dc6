using System.Data.Common;
using System.Text;
using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>
/// The table of usage, in words that SQLite and Postgres both know. Money is a whole number of thousand-millionths, so that sums are
/// exact in both.
/// </summary>
internal static class UsageColumns
{
    public const decimal MoneyUnit = 1_000_000_000m;

    public const string Create = """
        CREATE TABLE IF NOT EXISTS localinference_usage (
          at_ms BIGINT NOT NULL, caller TEXT, requested TEXT, model TEXT NOT NULL, provider TEXT NOT NULL, operation TEXT NOT NULL,
          outcome TEXT NOT NULL, reuse TEXT NOT NULL, prompt_tokens BIGINT NOT NULL, cached_tokens BIGINT NOT NULL,
          cache_written_tokens BIGINT NOT NULL, generated_tokens BIGINT NOT NULL, reasoning_tokens BIGINT NOT NULL,
          is_estimate BIGINT NOT NULL, cost_nano BIGINT, duration_us BIGINT NOT NULL);
        CREATE INDEX IF NOT EXISTS localinference_usage_at ON localinference_usage (at_ms);
        """;

    public const string Insert = "INSERT INTO localinference_usage (" + Names + ") VALUES (@at_ms, @caller, @requested, @model, @provider, @operation, @outcome, @reuse, @prompt_tokens, @cached_tokens, @cache_written_tokens, @generated_tokens, @reasoning_tokens, @is_estimate, @cost_nano, @duration_us)";

    public const string Select = "SELECT " + Names + " FROM localinference_usage WHERE at_ms >= @since AND at_ms < @until ORDER BY at_ms";

    private const string Names = "at_ms, caller, requested, model, provider, operation, outcome, reuse, prompt_tokens, cached_tokens, cache_written_tokens, generated_tokens, reasoning_tokens, is_estimate, cost_nano, duration_us";

    private const long Day = 86_400_000;

    /// <summary>The statement of sums; its first columns are those that it groups by.</summary>
    public static string Sum(UsageGrouping grouping)
    {
        string[] keys = [.. Keys(grouping)];
        string group = string.Join(", ", keys);
        return $"SELECT {string.Concat(keys.Select(static key => key + ", "))}COUNT(*), {Total("prompt_tokens")}, {Total("cached_tokens")}, {Total("generated_tokens")}, {Total("COALESCE(cost_nano, 0)")}, {Total("CASE WHEN cost_nano IS NULL THEN 1 ELSE 0 END")} "
            + $"FROM localinference_usage WHERE at_ms >= @since AND at_ms < @until{(keys.Length == 0 ? "" : $" GROUP BY {group} ORDER BY {group}")}";
    }

    public static UsageSum ReadSum(DbDataReader reader, UsageGrouping grouping)
    {
        int column = 0;
        return new UsageSum
        {
            Day = grouping.HasFlag(UsageGrouping.Day) ? DateOnly.FromDateTime(DateTime.UnixEpoch.AddDays(reader.GetInt64(column++))) : null,
            Caller = grouping.HasFlag(UsageGrouping.Caller) ? Text(reader, column++) : null,
            Model = grouping.HasFlag(UsageGrouping.Model) ? Text(reader, column++) : null,
            Requested = grouping.HasFlag(UsageGrouping.Requested) ? Text(reader, column++) : null,
            Requests = reader.GetInt64(column++),
            PromptTokens = reader.GetInt64(column++),
            CachedPromptTokens = reader.GetInt64(column++),
            GeneratedTokens = reader.GetInt64(column++),
            Cost = reader.GetInt64(column++) / MoneyUnit,
            Unpriced = reader.GetInt64(column),
        };
    }

    public static UsageEntry Read(DbDataReader reader) => new()
    {
        Time = DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(0)),
        Caller = Text(reader, 1),
        Requested = Text(reader, 2),
        Model = reader.GetString(3),
        Provider = reader.GetString(4),
        Operation = reader.GetString(5),
        Outcome = reader.GetString(6),
        Reuse = Enum.Parse<AnswerReuse>(reader.GetString(7)),
        PromptTokens = (int)reader.GetInt64(8),
        CachedPromptTokens = (int)reader.GetInt64(9),
        CacheWrittenTokens = (int)reader.GetInt64(10),
        GeneratedTokens = (int)reader.GetInt64(11),
        ReasoningTokens = (int)reader.GetInt64(12),
        IsEstimate = reader.GetInt64(13) != 0,
        Cost = reader.IsDBNull(14) ? null : reader.GetInt64(14) / MoneyUnit,
        Duration = TimeSpan.FromMicroseconds(reader.GetInt64(15)),
    };

    public static void Bind(DbCommand command, UsageEntry entry)
    {
        command.Parameters.Clear();
        Add(command, "at_ms", entry.Time.ToUnixTimeMilliseconds());
        Add(command, "caller", entry.Caller);
        Add(command, "requested", entry.Requested);
        Add(command, "model", entry.Model);
        Add(command, "provider", entry.Provider);
        Add(command, "operation", entry.Operation);
        Add(command, "outcome", entry.Outcome);
        Add(command, "reuse", entry.Reuse.ToString());
        Add(command, "prompt_tokens", (long)entry.PromptTokens);
        Add(command, "cached_tokens", (long)entry.CachedPromptTokens);
        Add(command, "cache_written_tokens", (long)entry.CacheWrittenTokens);
        Add(command, "generated_tokens", (long)entry.GeneratedTokens);
        Add(command, "reasoning_tokens", (long)entry.ReasoningTokens);
        Add(command, "is_estimate", entry.IsEstimate ? 1L : 0L);
        Add(command, "cost_nano", entry.Cost is { } cost ? (long)Math.Round(cost * MoneyUnit) : null);
        Add(command, "duration_us", (long)entry.Duration.TotalMicroseconds);
    }

    public static void Bind(DbCommand command, DateTimeOffset since, DateTimeOffset until)
    {
        Add(command, "since", since.ToUnixTimeMilliseconds());
        Add(command, "until", until.ToUnixTimeMilliseconds());
    }

    private static IEnumerable<string> Keys(UsageGrouping grouping)
    {
        if (grouping.HasFlag(UsageGrouping.Day))
        {
            yield return $"at_ms / {Day}";
        }

        if (grouping.HasFlag(UsageGrouping.Caller))
        {
            yield return "caller";
        }

        if (grouping.HasFlag(UsageGrouping.Model))
        {
            yield return "model";
        }

        if (grouping.HasFlag(UsageGrouping.Requested))
        {
            yield return "requested";
        }
    }

    // Postgres adds up whole numbers to decimals, and neither has a sum of no rows.
    private static string Total(string expression) => $"CAST(COALESCE(SUM({expression}), 0) AS BIGINT)";

    private static string? Text(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    // Postgres takes neither NUL nor halves of characters, and would refuse all that is written together with them.
    private static string Storable(string text) => !text.Contains('\0', StringComparison.Ordinal) && !text.Any(char.IsSurrogate)
        ? text
        : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\0', '\uFFFD');

    private static void Add(DbCommand command, string name, object? value)
    {
        DbParameter parameter = command.CreateParameter();
        parameter.ParameterName = "@" + name;
        parameter.Value = value is string text ? Storable(text) : value ?? DBNull.Value;
        parameter.DbType = value is long || name == "cost_nano" ? System.Data.DbType.Int64 : System.Data.DbType.String;
        command.Parameters.Add(parameter);
    }
}
