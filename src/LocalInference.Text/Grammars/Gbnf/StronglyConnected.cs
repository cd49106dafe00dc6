namespace LocalInference.Text;

/// <summary>Tarjan's strongly connected components (1972), with a stack of its own instead of recursion.</summary>
internal static class StronglyConnected
{
    /// <summary>
    /// The component of each rule, and the rules in the order in which their components are complete: what a rule leads to
    /// comes before it, or in the same component.
    /// </summary>
    public static (int[] Component, List<int> Order) Find(RuleGraph graph)
    {
        int nodes = graph.Count;
        int[] component = new int[nodes];
        Array.Fill(component, -1);
        int[] index = new int[nodes];
        int[] low = new int[nodes];
        var order = new List<int>(nodes);
        var open = new Stack<int>();
        var path = new Stack<(int Node, int Edge)>();
        int visited = 0;
        int components = 0;
        for (int start = 0; start < nodes; start++)
        {
            if (index[start] == 0)
            {
                Enter(start);
            }

            while (path.TryPop(out (int Node, int Edge) step))
            {
                (int node, int next) = step;
                ReadOnlySpan<RuleEdge> edges = graph.Of(node);
                if (next > 0)
                {
                    // Back from where the edge before led.
                    low[node] = Math.Min(low[node], low[edges[next - 1].Rule]);
                }

                bool entered = false;
                while (!entered && next < edges.Length)
                {
                    int target = edges[next++].Rule;
                    if (index[target] == 0)
                    {
                        path.Push((node, next));
                        Enter(target);
                        entered = true;
                    }
                    else if (component[target] < 0)
                    {
                        low[node] = Math.Min(low[node], index[target]);
                    }
                }

                if (!entered && low[node] == index[node])
                {
                    Complete(node);
                }
            }
        }

        return (component, order);

        void Enter(int node)
        {
            index[node] = low[node] = ++visited;
            open.Push(node);
            path.Push((node, 0));
        }

        void Complete(int node)
        {
            int member;
            do
            {
                member = open.Pop();
                component[member] = components;
                order.Add(member);
            }
            while (member != node);
            components++;
        }
    }
}
