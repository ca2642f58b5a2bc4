namespace PacketPath.Reporting;

/// <summary>Evidence as tables that unfold, a heading for each kind.</summary>
internal sealed class EvidenceTables(HtmlWriter html)
{
    private const int MostRows = 300;
    private const int Deepest = 3;
    private const int AsList = 3;

    private static readonly HashSet<string> Framing = [nameof(PacketEvidence.ComputerName), nameof(PacketEvidence.NetNamespace)];

    /// <summary>Writes every object, sorted by kind.</summary>
    public void Write(IEnumerable<object> items)
    {
        foreach (var kind in items.GroupBy(static i => i.GetType()))
        {
            if (!RecordShape.IsRecord(kind.Key))
            {
                continue;
            }

            var objects = kind.ToArray();
            html.Html($"<details class=\"kind\"><summary>{RecordShape.Title(kind.Key.Name)} <span class=\"count\">{objects.Length}</span></summary>\n");
            if (objects.Length > AsList)
            {
                Rows(objects, 1);
            }
            else
            {
                foreach (var item in objects)
                {
                    html.Html($"<p class=\"one\">{item}</p>\n");
                    Properties(item, 1);
                }
            }

            html.Html($"</details>\n");
        }
    }

    private void Properties(object item, int depth)
    {
        html.Html($"<div class=\"scroll\"><table class=\"props\"><tbody>\n");
        foreach (var column in RecordShape.Of(item.GetType()).Columns)
        {
            var value = column.Value(item);
            if (RecordShape.IsEmpty(value) || (depth > 1 && Framing.Contains(column.Name)))
            {
                continue;
            }

            html.Html($"<tr><th scope=\"row\">{column.Title}</th><td>");
            Value(value!, depth);
            html.Html($"</td></tr>\n");
        }

        html.Html($"</tbody></table></div>\n");
    }

    private void Value(object value, int depth)
    {
        if (depth < Deepest && value is Array { Length: > 0 } items && RecordShape.IsRecord(items.GetValue(0)!.GetType()))
        {
            Rows([.. items.Cast<object>()], depth + 1);
        }
        else if (depth < Deepest && RecordShape.IsRecord(value.GetType()))
        {
            html.Html($"<details><summary>{value}</summary>\n");
            Properties(value, depth + 1);
            html.Html($"</details>");
        }
        else
        {
            html.Html($"{RecordShape.Text(value)}");
        }
    }

    // Columns in which no row has anything are left out.
    private void Rows(object[] items, int depth)
    {
        var columns = RecordShape.Of(items[0].GetType()).Columns
            .Where(c => !(depth > 1 && Framing.Contains(c.Name)) && items.Any(i => !RecordShape.IsEmpty(c.Value(i)))).ToArray();
        html.Html($"<div class=\"scroll\"><table class=\"rows\"><thead><tr>");
        foreach (var column in columns)
        {
            html.Html($"<th>{column.Title}</th>");
        }

        html.Html($"</tr></thead><tbody>\n");
        foreach (var item in items.Take(MostRows))
        {
            html.Html($"<tr>");
            foreach (var column in columns)
            {
                html.Html($"<td>{RecordShape.Text(column.Value(item))}</td>");
            }

            html.Html($"</tr>\n");
        }

        html.Html($"</tbody></table></div>\n");
        if (items.Length > MostRows)
        {
            html.Html($"<p class=\"meta\">And {items.Length - MostRows} more.</p>\n");
        }
    }
}
