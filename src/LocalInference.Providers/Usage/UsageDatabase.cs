using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace LocalInference.Providers;

/// <summary>A database with the table of usage, which is made where it is missing. Safe for concurrent use, as far as the database is.</summary>
internal sealed class UsageDatabase : IAsyncDisposable
{
    private readonly DbDataSource _source;
    private readonly bool _isFile;
    private bool _isReady;

    private UsageDatabase(DbDataSource source, bool isFile)
    {
        _source = source;
        _isFile = isFile;
    }

    /// <summary>The database of a connection string: Postgres where it names a host, otherwise a file of SQLite.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static UsageDatabase Open(string connection)
    {
        if (!connection.Contains('=', StringComparison.Ordinal))
        {
            return Sqlite(new SqliteConnectionStringBuilder { DataSource = connection });
        }

        var parts = new DbConnectionStringBuilder { ConnectionString = connection };
        return parts.ContainsKey("Host") || parts.ContainsKey("Server")
            ? new UsageDatabase(new NpgsqlSlimDataSourceBuilder(connection).EnableTransportSecurity().Build(), isFile: false)
            : Sqlite(new SqliteConnectionStringBuilder(connection));
    }

    /// <summary>Adds entries, all or none.</summary>
    public async Task WriteAsync(IReadOnlyList<UsageEntry> entries, CancellationToken cancellationToken)
    {
        DbConnection connection = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            DbTransaction transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                DbCommand command = Command(connection, UsageColumns.Insert);
                await using (command.ConfigureAwait(false))
                {
                    command.Transaction = transaction;
                    foreach (UsageEntry entry in entries)
                    {
                        UsageColumns.Bind(command, entry);
                        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
                    }
                }

                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Reads rows of a statement over a time.</summary>
    public async Task ReadAsync(string statement, DateTimeOffset since, DateTimeOffset until, Func<DbDataReader, ValueTask> read, CancellationToken cancellationToken)
    {
        DbConnection connection = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            DbCommand command = Command(connection, statement);
            await using (command.ConfigureAwait(false))
            {
                UsageColumns.Bind(command, since, until);
                DbDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        await read(reader).ConfigureAwait(false);
                    }
                }
            }
        }
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private static UsageDatabase Sqlite(SqliteConnectionStringBuilder connection)
    {
        SQLitePCL.Batteries_V2.Init();
        return new UsageDatabase(SqliteFactory.Instance.CreateDataSource(connection.ConnectionString), isFile: true);
    }

    private async ValueTask<DbConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        DbConnection connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_isReady)
            {
                // Write-ahead: who reads sums does not keep entries from being written, nor the other way round.
                await ExecuteAsync(connection, (_isFile ? "PRAGMA journal_mode = WAL; " : "") + UsageColumns.Create, cancellationToken).ConfigureAwait(false);
                _isReady = true;
            }

            if (_isFile)
            {
                // A power cut may lose the last entries, never the file.
                await ExecuteAsync(connection, "PRAGMA synchronous = NORMAL", cancellationToken).ConfigureAwait(false);
            }

            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task ExecuteAsync(DbConnection connection, string statement, CancellationToken cancellationToken)
    {
        DbCommand command = Command(connection, statement);
        await using (command.ConfigureAwait(false))
        {
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    [SuppressMessage("Security", "CA2100:Review SQL queries for security vulnerabilities", Justification = "Statements are constants of UsageColumns; values are parameters.")]
    private static DbCommand Command(DbConnection connection, string statement)
    {
        DbCommand command = connection.CreateCommand();
        command.CommandText = statement;
        return command;
    }
}
