using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace LocalInference.Text.Parsing;

/// <summary>What the compiler calls to build an <c>async</c> method that returns <see cref="ParseStep{T}"/>.</summary>
[SuppressMessage("Performance", "CA1822:Mark members as static", Justification = "The compiler calls them on an instance.")]
internal struct ParseStepBuilder<T>
{
    private ParseStep<T> _step;
    private Action? _moveNext;

    public readonly ParseStep<T> Task => _step;

    public static ParseStepBuilder<T> Create() => new() { _step = new ParseStep<T>() };

    public readonly void Start<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine => stateMachine.MoveNext();

    public readonly void SetStateMachine(IAsyncStateMachine stateMachine)
    {
        // Called by compilers before C# 7 only; the machine is boxed in AwaitUnsafeOnCompleted.
    }

    public readonly void SetResult(T result) => _step.SetResult(result);

    public readonly void SetException(Exception exception) => _step.SetFailure(exception);

    public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : INotifyCompletion
        where TStateMachine : IAsyncStateMachine => awaiter.OnCompleted(Resume(ref stateMachine));

    public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine => awaiter.UnsafeOnCompleted(Resume(ref stateMachine));

    private Action Resume<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine
    {
        if (_moveNext is null)
        {
            // This builder is a field of the state machine, so the delegate must be set before the machine is copied to the heap.
            Box<TStateMachine> box = new();
            _moveNext = box.MoveNext;
            box.Machine = stateMachine;
        }

        return _moveNext;
    }

    private sealed class Box<TStateMachine>
        where TStateMachine : IAsyncStateMachine
    {
        public TStateMachine Machine = default!;

        public void MoveNext() => Machine.MoveNext();
    }
}
