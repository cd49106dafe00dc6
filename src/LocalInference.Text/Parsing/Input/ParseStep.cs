using System.Runtime.CompilerServices;

namespace LocalInference.Text.Parsing;

/// <summary>
/// The result of a parsing method that may have to wait for the model's next piece.
/// </summary>
/// <remarks>
/// A parser is written as ordinary recursive descent, with <c>await</c> where the text so far does not decide; this type makes
/// it incremental. It is not <see cref="Task{TResult}"/> because a continuation must run inside the call that fed the text,
/// on its thread: tasks may move it to a synchronization context or to the pool.
/// </remarks>
[AsyncMethodBuilder(typeof(ParseStepBuilder<>))]
internal sealed class ParseStep<T> : ICriticalNotifyCompletion
{
    private Action? _continuation;
    private Exception? _failure;
    private T _result = default!;

    public bool IsCompleted { get; private set; }

    public ParseStep<T> GetAwaiter() => this;

    public T GetResult()
    {
        if (_failure is not null)
        {
            throw new InvalidOperationException("A parser failed.", _failure);
        }

        return _result;
    }

    public void OnCompleted(Action continuation) => _continuation = continuation;

    public void UnsafeOnCompleted(Action continuation) => _continuation = continuation;

    internal void SetResult(T result)
    {
        _result = result;
        Finish();
    }

    internal void SetFailure(Exception failure)
    {
        _failure = failure;
        Finish();
    }

    private void Finish()
    {
        IsCompleted = true;
        _continuation?.Invoke();
    }
}
