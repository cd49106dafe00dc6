using System.Runtime.InteropServices;
using LocalInference.Abstractions;
using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>
/// Reverse-mode differentiation over ggml. Each operation adds its nodes to a graph and notes how the gradient of its result becomes
/// that of its operands; <see cref="Backward(Variable, ggml_tensor*)"/> adds those nodes, last operation first. Nothing is computed here:
/// that is <see cref="TapeRunner"/>. ggml ends the process over shapes that do not fit, so every operation checks them before.
/// A tape is used once, by one thread.
/// </summary>
/// <remarks>
/// ggml's own differentiation is not used: it multiplies frozen quantized weights through OUT_PROD, which unpacks them once for each
/// token, and ends the process over operations that it does not know.
/// </remarks>
internal sealed unsafe partial class Tape : IDisposable
{
    // The largest operation without a check of its own in between: a block of attention, forward and back.
    private const int Reserve = 64;

    private readonly ggml_context* _context;
    private readonly nuint _contextSize;
    private readonly bool _gradients;
    private readonly bool _roundsAsServed;
    private readonly List<(Variable Result, Rule Rule)> _rules = [];
    private readonly List<nint> _allocations = [];
    private bool _disposed;

    /// <summary>Starts a tape.</summary>
    /// <param name="nodes">Most nodes that it will take; each needs some 400 bytes.</param>
    /// <param name="gradients">Whether it will be run backward.</param>
    /// <param name="roundsAsServed">
    /// Whether every operation is the one that libllama computes with on the CPU, on the same values in the same order, so that results are its
    /// bit for bit; not for gradients, because GELU's table has no slope.
    /// </param>
    public Tape(int nodes, bool gradients, bool roundsAsServed = false)
    {
        _gradients = !(gradients && roundsAsServed) ? gradients : throw new ArgumentException("What rounds as served has no gradients.", nameof(gradients));
        _roundsAsServed = roundsAsServed;
        nuint capacity = (nuint)(nodes + Reserve);

        // Leaves are held by the graph but lie in other contexts; twice the nodes are more than there can be of both.
        _contextSize = (Ggml.ggml_tensor_overhead() * capacity) + Ggml.ggml_graph_overhead_custom(2 * capacity, 0) + 1024;
        _context = Ggml.ggml_init(new ggml_init_params { mem_size = _contextSize, no_alloc = 1 });
        Graph = _context == null ? throw ExceptionFactory.TrainingCheck($"{_contextSize} bytes for a tape could not be allocated", "Free memory.") : Ggml.ggml_new_graph_custom(_context, 2 * capacity, 0);
    }

    /// <summary>Adds to the gradient of operands what the gradient of the result says.</summary>
    private delegate void Rule(ggml_tensor* gradient);

    /// <summary>What has been recorded.</summary>
    public ggml_cgraph* Graph { get; }

    /// <summary>A tensor from outside that has no gradient.</summary>
    public static Variable Constant(ggml_tensor* tensor) => new(tensor, requiresGradient: false);

    /// <summary>A tensor from outside whose gradient is wanted.</summary>
    public Variable Tracked(ggml_tensor* tensor) => new(tensor, requiresGradient: _gradients);

    /// <summary>A parameter. Its gradient is added to what the parameter holds.</summary>
    public Variable Use(Parameter parameter) => new(parameter.Value, requiresGradient: _gradients, parameter);

    /// <summary>Goes back from a result.</summary>
    /// <param name="result">Where to begin.</param>
    /// <param name="gradient">How the loss changes with it; of its shape.</param>
    public void Backward(Variable result, ggml_tensor* gradient)
    {
        RequireSameShape(result.Tensor, gradient);
        result.Gradient = gradient;
        for (int i = _rules.Count - 1; i >= 0; i--)
        {
            (Variable variable, Rule rule) = _rules[i];
            if (variable.Gradient != null)
            {
                EnsureRoom();
                rule(variable.Gradient);
            }
        }
    }

    /// <summary>Goes back from a loss, which is 1 time itself.</summary>
    public void Backward(Variable loss) => Backward(loss, loss.Tensor);

    /// <summary>Copies a value or gradient to where it outlives the tape's memory.</summary>
    public void Keep(ggml_tensor* value, ggml_tensor* destination)
    {
        RequireSameShape(value, destination);
        Expand(Ggml.ggml_cpy(_context, value, destination));
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        Ggml.ggml_free(_context);
        foreach (nint allocation in _allocations)
        {
            NativeMemory.Free((void*)allocation);
        }
    }

    private static string Describe(ggml_tensor* t) => $"{t->type}[{t->ne[0]}, {t->ne[1]}, {t->ne[2]}, {t->ne[3]}]";

    private static void RequireSameShape(ggml_tensor* a, ggml_tensor* b)
    {
        for (int i = 0; i < 4; i++)
        {
            if (a->ne[i] != b->ne[i])
            {
                throw Mismatch(a, b);
            }
        }
    }

    private static InvalidOperationException Mismatch(ggml_tensor* a, ggml_tensor* b) => new($"Shapes do not fit: {Describe(a)} and {Describe(b)}.");

    private static void Require(bool condition, ggml_tensor* a, ggml_tensor* b)
    {
        if (!condition)
        {
            throw Mismatch(a, b);
        }
    }

    private static bool IsContiguous(ggml_tensor* t)
    {
        ulong expected = (ulong)Ggml.ggml_type_size(t->type);
        if (t->nb[0] != expected)
        {
            return false;
        }

        expected = (ulong)Ggml.ggml_row_size(t->type, t->ne[0]);
        for (int i = 1; i < 4; i++)
        {
            if (t->ne[i] != 1 && t->nb[i] != expected)
            {
                return false;
            }

            expected *= (ulong)t->ne[i];
        }

        return true;
    }

    // ggml writes through a null pointer when its context is full.
    private void EnsureRoom()
    {
        if (_contextSize - Ggml.ggml_used_mem(_context) < Ggml.ggml_tensor_overhead() * Reserve)
        {
            throw new InvalidOperationException("The tape is full.");
        }
    }

    private ggml_tensor* Expand(ggml_tensor* tensor)
    {
        Ggml.ggml_build_forward_expand(Graph, tensor);
        return tensor;
    }

    private ggml_tensor* Contiguous(ggml_tensor* t) => IsContiguous(t) ? t : Ggml.ggml_cont(_context, t);

    private Variable Record(ggml_tensor* result, Rule rule, params ReadOnlySpan<Variable> operands)
    {
        EnsureRoom();
        bool requiresGradient = false;
        foreach (Variable operand in operands)
        {
            requiresGradient |= operand.RequiresGradient;
        }

        Variable variable = new(Expand(result), requiresGradient);
        if (requiresGradient)
        {
            _rules.Add((variable, rule));
        }

        return variable;
    }

    private void Accumulate(Variable operand, ggml_tensor* gradient)
    {
        if (operand.Parameter is { } parameter)
        {
            Expand(Ggml.ggml_add_inplace(_context, parameter.Gradient, gradient));
        }
        else if (operand.RequiresGradient)
        {
            operand.Gradient = Expand(operand.Gradient == null ? gradient : Ggml.ggml_add(_context, operand.Gradient, gradient));
        }
    }

    // Freed with the tape: what a node's own code reads while it runs.
    private T* Allocate<T>(T value)
        where T : unmanaged
    {
        T* memory = (T*)NativeMemory.Alloc((nuint)sizeof(T));
        *memory = value;
        _allocations.Add((nint)memory);
        return memory;
    }
}
