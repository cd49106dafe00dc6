namespace LocalInference.Tests.Scheduling;

public sealed class PrefillControllerTests
{
    // Two cores, 135 million parameters, three streams: a bare step takes 18 ms, a prompt token 3.5 ms and 7 ms more for each
    // thousand that it has behind it.
    private const double Bare = 0.018;

    private readonly StepCosts _costs = new();
    private readonly PrefillController _controller;

    public PrefillControllerTests() => _controller = new PrefillController(_costs, takesTurns: false);

    [Theory]
    [InlineData(0)]
    [InlineData(2e-4)]
    public void Steps_stay_within_five_of_those_before_while_a_prompt_grows(double dearerPerToken)
    {
        // That nearly all of them do is what is promised: behind thousands of tokens a single one makes a step dearer by two bare ones.
        List<double> steps = Read(4000, depth => Bare * (1 + (depth * dearerPerToken)));

        Assert.True(steps[steps.Count * 99 / 100] <= 5 * Bare, $"{steps[steps.Count * 99 / 100] / Bare:f1} steps of before");
        Assert.True(steps[^1] <= 7 * Bare, $"{steps[^1] / Bare:f1} steps of before");
    }

    [Fact]
    public void What_steps_may_take_is_used()
    {
        // With exactly four bare steps each it would be 94 s.
        Assert.InRange(Read(4000, static _ => Bare).Sum(), 80, 110);
    }

    [Fact]
    public void What_becomes_dear_at_once_does_not_hold_others_up_for_long()
    {
        RunBare(10, Bare);
        Settle();
        double[] steps = new double[6];
        for (int i = 0; i < steps.Length; i++)
        {
            int tokens = _controller.Budget(3, 1, 512);
            steps[i] = Bare + (tokens * PerToken(4000));
            After(3, tokens, steps[i]);
        }

        Assert.True(steps[^1] <= 7 * Bare, $"{string.Join(", ", steps.Select(static step => $"{step / Bare:f1}"))} bare steps");
    }

    [Fact]
    public void Where_prompts_take_turns_both_steps_together_stay_within_five_bare_ones()
    {
        const double Weights = 0.006;
        PrefillController controller = new(_costs, takesTurns: true);
        double worst = 0;
        double total = 0;
        int depth = 0;
        for (int i = 0; i < 10; i++)
        {
            RunBareStep(Bare);
        }

        while (depth < 4000)
        {
            int tokens = controller.Budget(3, 1, 512);
            double seconds = Weights + (tokens * PerToken(depth));
            controller.AfterStep(0, tokens, seconds);
            depth += tokens;
            double bare = Bare * (1 + (depth * 5e-5));
            RunBareStep(bare);
            worst = Math.Max(worst, seconds + bare);
            total += seconds + bare;
        }

        Assert.True(worst <= 5 * Bare, $"{worst / Bare:f1} steps of before");
        Assert.True(total < 160, $"{total:f0} s");

        void RunBareStep(double seconds)
        {
            controller.AfterStep(3, 0, seconds);
            _costs.AfterStep(3, seconds);
        }
    }

    [Fact]
    public void What_a_prompt_costs_while_nobody_waits_says_nothing_about_small_parts_of_it()
    {
        RunBare(10, Bare);
        int usual = Settle();
        for (int i = 0; i < 10; i++)
        {
            _controller.AfterStep(0, 512, 512 * PerToken(0) / 10);
        }

        Assert.InRange(_controller.Budget(3, 1, 512), usual - 1, usual + 1);
    }

    [Fact]
    public void A_prompt_is_read_however_dear_bare_steps_have_become()
    {
        RunBare(10, Bare);
        int tokens = 0;
        for (int i = 0; i < 500; i++)
        {
            int now = _controller.Budget(3, 1, 512);
            After(3, now, (Bare * 10) + (now * PerToken(0)));
            tokens = now > 0 ? now : tokens;
        }

        // As long as a bare step by now, as far as that is known: few steps are bare.
        Assert.InRange(tokens, Bare * 10 / PerToken(0) * 0.5, Bare * 10 / PerToken(0) * 1.3);
    }

    [Fact]
    public void Steps_between_those_of_prompts_with_other_adapters_are_not_what_a_step_took_before()
    {
        RunBare(10, Bare);
        for (int i = 0; i < 100; i++)
        {
            int tokens = _controller.Budget(3, 1, 512);
            _controller.AfterStep(0, tokens, tokens * PerToken(0));
            for (int step = 0; step < 2; step++)
            {
                _controller.Expect();
                After(3, 0, Bare * 3);
            }
        }

        // As much as a step takes by now, not three times as much.
        Assert.InRange(_controller.Budget(3, 1, 512), 1, (int)(Bare * 3 / PerToken(0)) + 1);
    }

    [Fact]
    public void What_costs_little_joins_in_great_numbers()
    {
        RunBare(10, Bare);
        int tokens = 0;
        for (int i = 0; i < 60; i++)
        {
            tokens = _controller.Budget(3, 1, 512);
            After(3, tokens, Bare + 0.001 + (tokens * 0.0001));
        }

        Assert.Equal(512, tokens);
    }

    [Fact]
    public void One_slow_step_is_forgotten()
    {
        RunBare(10, Bare);
        int usual = Settle();
        After(3, usual, 5);
        Assert.InRange(_controller.Budget(3, 1, 512), usual / 3, usual - 1);
        Assert.InRange(Settle(), usual - 1, usual + 1);
    }

    [Fact]
    public void Some_tokens_join_whatever_they_cost_and_no_more_than_there_is_room_for()
    {
        Assert.InRange(_controller.Budget(3, 1, 512), 1, 16);
        Assert.Equal(2, _controller.Budget(3, 1, 2));
        RunBare(10, Bare);
        After(3, 1, 10);
        Assert.Equal(1, _controller.Budget(3, 1, 512));
    }

    [Fact]
    public void A_step_without_prompts_comes_now_and_then_so_that_its_cost_stays_known()
    {
        RunBare(10, Bare / 10);
        int bare = 0;
        int tokens = 0;
        for (int i = 0; i < 2000; i++)
        {
            tokens = _controller.Budget(3, 1, 512);
            bare += tokens == 0 ? 1 : 0;
            After(3, tokens, Bare + (tokens * PerToken(0)));
        }

        Assert.InRange(bare, 10, 100);

        // Bare steps have become ten times as dear as before the prompt: it gets as much as they take.
        Assert.InRange(Settle(), Bare / PerToken(0) * 0.7, (Bare / PerToken(0)) + 1);
    }

    [Fact]
    public void Where_far_more_wait_than_generate_each_has_as_much_of_the_time()
    {
        RunBare(10, Bare);
        int usual = Settle(prompts: 9);
        Assert.InRange(usual, (Bare * 3 / PerToken(0)) - 2, (Bare * 3 / PerToken(0)) + 1);
        Assert.InRange(Settle(prompts: 18), (Bare * 6 / PerToken(0)) - 2, (Bare * 6 / PerToken(0)) + 1);
        Assert.InRange(Settle(prompts: 1), usual - 1, usual + 1);
    }

    private static double PerToken(int depth) => 0.0035 + (depth * 7e-6);

    // The times of all steps, in ascending order.
    private List<double> Read(int prompt, Func<int, double> bare)
    {
        RunBare(10, Bare);
        Random random = new(1);
        List<double> steps = [];
        for (int depth = 0; depth < prompt;)
        {
            int tokens = _controller.Budget(3, 1, 512);
            double noise = 1 + ((random.NextDouble() - 0.5) * 0.2);
            steps.Add((bare(depth) + (tokens * PerToken(depth))) * noise);
            After(3, tokens, steps[^1]);
            depth += tokens;
        }

        steps.Sort();
        return steps;
    }

    private int Settle(int prompts = 1)
    {
        int tokens = 0;
        for (int i = 0; i < 40; i++)
        {
            tokens = _controller.Budget(3, prompts, 512);
            After(3, tokens, Bare + (tokens * PerToken(0)));
        }

        return tokens;
    }

    private void RunBare(int steps, double seconds)
    {
        for (int i = 0; i < steps; i++)
        {
            After(3, 0, seconds);
        }
    }

    private void After(int rows, int prompt, double seconds)
    {
        _controller.AfterStep(rows, prompt, seconds);
        if (prompt == 0)
        {
            _costs.AfterStep(rows, seconds);
        }
    }
}
