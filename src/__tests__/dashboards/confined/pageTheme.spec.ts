import { modelPainter, turnColor } from '../../../dashboards/confined/pageTheme';

const dark = { background: '#111111', text: '#ffffff', css: '' };
const blue = { background: '#000080', text: '#ffff00', css: '' };

describe('turnColor', () => {
  it.each([
    ['white', '#111111'],
    ['#FFF', '#111111'],
    ['black', '#ffffff'],
    ['#000000', '#ffffff'],
    ['grey', '#c3c3c3'],
    ['#44444480', '#eeeeee80'],
    ['blue', '#5959ff'],
    ['#440154', '#855a90'],
    ['#26828e', '#26828e'],
    ['red', 'red'],
    ['rebeccapurple', 'rebeccapurple'],
    ['#12', '#12'],
    [null, null]
  ])('%s is %s on a dark page', (color, turned) => {
    expect(turnColor(color, dark)).toBe(turned);
  });
});

describe('modelPainter', () => {
  /** A model as BokehJS has it; what is set is noted. */
  const modelOf = (values: Record<string, unknown>) => {
    const setv = jest.fn((changes: Record<string, unknown>) => void Object.assign(values, changes));
    const properties = Object.fromEntries(
      Object.keys(values).map(attr => [attr, { attr, is_unset: false, get_value: () => values[attr] }])
    );
    return { properties, setv, values };
  };
  const paint = () => modelPainter(turnColor);

  it('paints each colour once for each theme, tells the scheduler nothing, and gives back what was there', () => {
    const own = { text_color: '#000', line_color: { value: 'black' }, line_alpha: 1, fill_color: null };
    const model = modelOf({ ...own });
    const painter = paint();
    painter(model, dark);
    painter(model, dark);
    expect(model.values).toEqual({ ...own, text_color: '#ffffff', line_color: { value: '#ffffff' } });
    expect(model.setv.mock.calls.filter(([changes]) => Object.keys(changes).length > 0)).toHaveLength(1);
    expect(model.setv).toHaveBeenLastCalledWith({}, { sync: false });
    painter(model, blue);
    expect(model.values.text_color).toBe('#ffff00');
    painter(model, null);
    expect(model.values).toEqual(own);
  });

  it('takes what the scheduler says later for the colour that there is', () => {
    const model = modelOf({ text_color: 'black' });
    const painter = paint();
    painter(model, dark);
    model.values.text_color = 'red';
    painter(model, dark);
    painter(model, null);
    expect(model.values.text_color).toBe('red');
  });

  it('turns the colours of a column and of a palette, and leaves what comes from a palette', () => {
    const mapped = { field: 'x', transform: {} };
    const model = modelOf({ fill_color: { field: 'color' }, line_color: mapped, palette: ['black', 'red'] });
    paint()(model, dark);
    const { transform } = model.values.fill_color as { transform: { v_compute(colors: string[]): string[] } };
    expect(transform.v_compute(['black', 'red'])).toEqual(['#ffffff', 'red']);
    expect(model.values.line_color).toBe(mapped);
    expect(model.values.palette).toEqual(['#ffffff', 'red']);
  });

  it('puts something behind text that may stand on any colour', () => {
    const text = { background_fill_color: { value: null } };
    const glyph = modelOf({ ...text, text: 'one', x: 1 });
    const title = modelOf({ ...text, text: 'one' });
    const painter = paint();
    [glyph, title].forEach(model => painter(model, dark));
    expect(glyph.values.background_fill_color).toBe('#11111199');
    expect(title.values).toMatchObject(text);
  });
});
