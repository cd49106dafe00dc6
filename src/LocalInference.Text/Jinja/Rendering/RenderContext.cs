using System.Diagnostics;

namespace LocalInference.Text.Jinja;

/// <summary>The state of one rendering. Used by one thread, then used again by another rendering of the same template.</summary>
internal sealed class RenderContext
{
    // How many steps pass between two looks at the clock: a microsecond's worth each, about.
    private const int StepsPerClockCheck = 4096;

    // Characters produced that count as one step.
    private const int CharactersPerStep = 16;

    // Characters only read that count as one step.
    private const int CharactersScannedPerStep = 128;

    [ThreadStatic]
    private static RenderContext? s_current;

    private readonly Stack<TextBuffer> _buffers = new();
    private readonly Stack<Frame> _frames = new();
    private readonly Stack<LoopState> _loops = new();
    private JinjaRenderOptions _options = JinjaRenderOptions.Default;
    private JinjaLimits _limits = JinjaLimits.Default;
    private long _steps;
    private long _nextClockCheck;
    private long _started;
    private bool _tracks;
    private int _recursion;
    private Frame? _root;

    /// <summary>
    /// The rendering that this thread is in, for what tables and sorting call without one; <see langword="null"/>: none.
    /// </summary>
    public static RenderContext? Current
    {
        get => s_current;
        set => s_current = value;
    }

    /// <summary>Values of the names that the template looks up outside itself, by their number.</summary>
    public JinjaValue[] Globals { get; set; } = [];

    /// <summary>Where in the source what is being evaluated begins, for messages; -1 before the first.</summary>
    public int At { get; set; }

    public TextBuffer Output { get; } = new();

    public JinjaRenderOptions Options => _options;

    public void Begin(JinjaRenderOptions options, JinjaLimits limits, bool tracks, int expectedLength)
    {
        _options = options;
        _limits = limits;
        _tracks = tracks;
        _steps = 0;
        _nextClockCheck = Math.Min(StepsPerClockCheck, limits.MaxSteps);
        _started = Stopwatch.GetTimestamp();
        _recursion = 0;
        At = -1;
        Output.Reset(tracks, limits.MaxOutputLength, expectedLength);
        options.CancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Lets go of everything that belongs to the rendering that ended.</summary>
    public void End()
    {
        Array.Clear(Globals);
        _root?.Leave();
        _options = JinjaRenderOptions.Default;
        Output.Dispose();
        foreach (TextBuffer buffer in _buffers)
        {
            buffer.Dispose();
        }
    }

    public void Step()
    {
        if (++_steps > _nextClockCheck)
        {
            Check();
        }
    }

    /// <summary>Accounts for text or items made by one operation.</summary>
    public void Charge(long characters)
    {
        _steps += characters / CharactersPerStep;
        Step();
    }

    /// <summary>Accounts for text that one operation reads.</summary>
    public void ChargeScan(int characters)
    {
        if (characters >= CharactersScannedPerStep)
        {
            _steps += characters / CharactersScannedPerStep;
            Step();
        }
    }

    public void ChargeItems(long items)
    {
        _steps += items;
        Step();
    }

    public TextBuffer RentBuffer()
    {
        TextBuffer buffer = _buffers.TryPop(out TextBuffer? free) ? free : new TextBuffer();
        buffer.Reset(_tracks, _limits.MaxOutputLength);
        return buffer;
    }

    public LoopState RentLoop() => _loops.TryPop(out LoopState? free) ? free : new LoopState();

    public void Return(LoopState loop)
    {
        loop.End();
        _loops.Push(loop);
    }

    /// <summary>What a rented buffer has collected; the buffer is returned.</summary>
    public JinjaValue TakeText(TextBuffer buffer)
    {
        Charge(buffer.Length);
        JinjaValue text = buffer.ToValue();
        _buffers.Push(buffer);
        return text;
    }

    /// <summary>Refuses to make a text that is too long before it is made.</summary>
    public void Reserve(long characters)
    {
        if (characters > _limits.MaxOutputLength)
        {
            throw new JinjaFault($"A text is longer than {_limits.MaxOutputLength} characters", TemplateErrorKind.Limit);
        }

        Charge(characters);
    }

    /// <summary>The frame of the template itself, which every rendering uses again.</summary>
    public Frame EnterRoot(int slotCount)
    {
        _root ??= new Frame(this);
        _root.Enter(slotCount, null);
        return _root;
    }

    public Frame EnterFrame(FunctionScope function, Frame? parent)
    {
        StackGuard.Check();
        if (++_recursion > _limits.MaxRecursion)
        {
            throw new JinjaFault($"Macros call each other more than {_limits.MaxRecursion} deep", TemplateErrorKind.Limit);
        }

        Frame frame = !function.IsCaptured && _frames.TryPop(out Frame? free) ? free : new Frame(this);
        frame.Enter(function.SlotCount, parent);
        return frame;
    }

    public void LeaveFrame(Frame frame, FunctionScope function)
    {
        _recursion--;
        if (!function.IsCaptured)
        {
            frame.Leave();
            _frames.Push(frame);
        }
    }

    private void Check()
    {
        if (_steps > _limits.MaxSteps)
        {
            throw new JinjaFault($"It takes more than {_limits.MaxSteps} steps", TemplateErrorKind.Limit);
        }

        _nextClockCheck = Math.Min(_steps + StepsPerClockCheck, _limits.MaxSteps);
        _options.CancellationToken.ThrowIfCancellationRequested();
        if (Stopwatch.GetElapsedTime(_started) > _limits.MaxDuration)
        {
            throw new JinjaFault($"It takes longer than {_limits.MaxDuration.TotalSeconds} seconds", TemplateErrorKind.Limit);
        }
    }
}
