using System.Data.Common;
using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalInference.Providers;

/// <summary>
/// Keeps what requests consumed in a database, one row each in the table <c>localinference_usage</c>: a file of SQLite, or Postgres.
/// Entries are queued and written behind the answers' backs; while the database fails they wait, and beyond the queue's length they are
/// lost and counted, but no answer ever waits for one. Safe for concurrent use.
/// </summary>
public sealed partial class UsageLedger : IAsyncDisposable
{
    /// <summary>Rows of one transaction at most.</summary>
    private const int MaxBatch = 512;

    private static readonly Counter<long> s_written = ProvidersTelemetry.Meter.CreateCounter<long>("localinference.usage.written", "{entry}", "Entries written to the ledger.");
    private static readonly Counter<long> s_lost = ProvidersTelemetry.Meter.CreateCounter<long>("localinference.usage.lost", "{entry}", "Entries that found the ledger's queue full.");

    private readonly UsageLedgerOptions _options;
    private readonly UsageDatabase _database;
    private readonly ILogger _log;
    private readonly Channel<Item> _queue;
    private readonly CancellationTokenSource _closed = new();
    private readonly Task _writer;
    private long _lost;

    /// <summary>Opens a ledger. The table is made with the first entry.</summary>
    /// <param name="connection">
    /// A path, or a connection string of SQLite (<c>Data Source=usage.db</c>) or of Postgres (<c>Host=…;Database=…;Username=…</c>).
    /// </param>
    /// <param name="options">How to keep it; <see langword="null"/>: the defaults.</param>
    /// <exception cref="ArgumentException">The connection string cannot be read.</exception>
    public UsageLedger(string connection, UsageLedgerOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connection);
        _options = options ?? UsageLedgerOptions.Default;
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.QueueLength, 1, nameof(options));
        _database = UsageDatabase.Open(connection);
        _log = _options.LoggerFactory?.CreateLogger("LocalInference.Providers") ?? NullLogger.Instance;
        _queue = Channel.CreateBounded<Item>(new BoundedChannelOptions(_options.QueueLength) { SingleReader = true });
        _writer = Task.Run(WriteAllAsync);
    }

    /// <summary>Entries that were lost because the queue was full.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Queues an entry. Never waits.</summary>
    /// <param name="entry">The entry.</param>
    /// <returns>False: the queue is full or the ledger closed, and the entry lost.</returns>
    public bool TryAdd(UsageEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (_queue.Writer.TryWrite(new Item(entry, null)))
        {
            return true;
        }

        Interlocked.Increment(ref _lost);
        s_lost.Add(1);
        return false;
    }

    /// <summary>Waits until what was added before is written.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChannelClosedException">The ledger is closed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task FlushAsync(CancellationToken cancellationToken = default)
    {
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _queue.Writer.WriteAsync(new Item(null, written), cancellationToken).ConfigureAwait(false);
        await written.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Adds up what is written.</summary>
    /// <param name="since">Entries of this time and later.</param>
    /// <param name="until">Entries before this time.</param>
    /// <param name="grouping">What the sums are told apart by. Default: nothing.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>A sum for each group that there is; without groups one.</returns>
    /// <exception cref="DbException">The database failed.</exception>
    public async Task<IReadOnlyList<UsageSum>> SumAsync(DateTimeOffset since, DateTimeOffset until, UsageGrouping grouping = UsageGrouping.None, CancellationToken cancellationToken = default)
    {
        List<UsageSum> sums = [];
        await _database.ReadAsync(
            UsageColumns.Sum(grouping),
            since,
            until,
            reader =>
            {
                sums.Add(UsageColumns.ReadSum(reader, grouping));
                return ValueTask.CompletedTask;
            },
            cancellationToken).ConfigureAwait(false);
        return sums;
    }

    /// <summary>Writes entries as CSV (RFC 4180), oldest first.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="since">Entries of this time and later.</param>
    /// <param name="until">Entries before this time.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="DbException">The database failed.</exception>
    public async Task ExportAsync(TextWriter writer, DateTimeOffset since, DateTimeOffset until, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(writer);
        await writer.WriteAsync(UsageCsv.Header.AsMemory(), cancellationToken).ConfigureAwait(false);
        await _database.ReadAsync(
            UsageColumns.Select,
            since,
            until,
            async reader => await writer.WriteAsync(UsageCsv.Line(UsageColumns.Read(reader)).AsMemory(), cancellationToken).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes what is queued, as far as the database lets it in <see cref="UsageLedgerOptions.CloseTimeout"/>, and closes it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_queue.Writer.TryComplete())
        {
            return;
        }

        _closed.CancelAfter(_options.CloseTimeout);
        await _writer.ConfigureAwait(false);
        await _database.DisposeAsync().ConfigureAwait(false);
        _closed.Dispose();
    }

    private async Task WriteAllAsync()
    {
        List<UsageEntry> entries = [];
        List<TaskCompletionSource> flushed = [];
        try
        {
            while (await _queue.Reader.WaitToReadAsync(_closed.Token).ConfigureAwait(false))
            {
                while (entries.Count < MaxBatch && _queue.Reader.TryRead(out Item item))
                {
                    if (item.Entry is { } entry)
                    {
                        entries.Add(entry);
                    }
                    else
                    {
                        flushed.Add(item.Flushed!);
                    }
                }

                await WriteAsync(entries).ConfigureAwait(false);
                entries.Clear();
                flushed.ForEach(static waiting => waiting.SetResult());
                flushed.Clear();
            }
        }
        catch (OperationCanceledException)
        {
            while (_queue.Reader.TryRead(out Item item))
            {
                if (item.Entry is { } entry)
                {
                    entries.Add(entry);
                }
                else
                {
                    flushed.Add(item.Flushed!);
                }
            }

            Interlocked.Add(ref _lost, entries.Count);
            s_lost.Add(entries.Count);
            flushed.ForEach(static waiting => waiting.SetCanceled());
        }
    }

    private async Task WriteAsync(List<UsageEntry> entries)
    {
        for (TimeSpan delay = TimeSpan.FromSeconds(0.5); entries.Count > 0; delay = delay < TimeSpan.FromSeconds(30) ? delay * 2 : delay)
        {
            try
            {
                await _database.WriteAsync(entries, _closed.Token).ConfigureAwait(false);
                s_written.Add(entries.Count);
                return;
            }
            catch (Exception e) when (e is DbException or IOException or TimeoutException or System.Net.Sockets.SocketException)
            {
                Log.Failed(_log, e.GetType().Name, entries.Count, delay.TotalSeconds);
            }

            await Task.Delay(delay, _options.TimeProvider, _closed.Token).ConfigureAwait(false);
        }
    }

    private readonly record struct Item(UsageEntry? Entry, TaskCompletionSource? Flushed);

    private static partial class Log
    {
        [LoggerMessage(220, LogLevel.Warning, "The usage ledger could not be written ({Error}): {Count} entries are tried again in {Seconds:0.#} s")]
        public static partial void Failed(ILogger logger, string error, int count, double seconds);
    }
}
